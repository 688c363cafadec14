// SPDX-License-Identifier: Apache-2.0
// Stands in for the host's: the guest has no operating system.
#pragma once
