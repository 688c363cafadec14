// SPDX-License-Identifier: Apache-2.0
// One hart, no threads.
#pragma once
#include <bits/gthr-single.h>
