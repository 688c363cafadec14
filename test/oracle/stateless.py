#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Requests, inputs and results of EIP-8025 made with eth-remerkleable, an SSZ library that shares nothing with ours.

  pip install eth-remerkleable pycryptodome eth-keys
  stateless.py vectors                  random requests and their roots, test/vectors/ssz/requests.txt: a line each of
                                        block RLP, items of access list, deposits, requests (items), root; in hex
  stateless.py fixtures FILE... --out D  inputs from blocks of execution-spec-tests with an executionWitness:
                                        D/<n>/stateless.ssz, result.hex (the 43 bytes) and name.txt
"""
import json
import random
import sys
from pathlib import Path

from Crypto.Hash import keccak as _keccak
from remerkleable.basic import boolean, uint16, uint64, uint256
from remerkleable.byte_arrays import ByteList, Bytes32, ByteVector
from remerkleable.complex import Container
from remerkleable.complex import List
from remerkleable.progressive import ProgressiveByteList, ProgressiveContainer, ProgressiveList

SCHEMA_ID = 0x1501


class Withdrawal(Container):
    index: uint64
    validator_index: uint64
    address: ByteVector[20]
    amount: uint64


class Payload(ProgressiveContainer(active_fields=[1] * 19)):
    parent_hash: Bytes32
    fee_recipient: ByteVector[20]
    state_root: Bytes32
    receipts_root: Bytes32
    logs_bloom: ByteVector[256]
    prev_randao: Bytes32
    block_number: uint64
    gas_limit: uint64
    gas_used: uint64
    timestamp: uint64
    extra_data: ByteList[32]
    base_fee_per_gas: uint256
    block_hash: Bytes32
    transactions: ProgressiveList[ProgressiveByteList]
    withdrawals: ProgressiveList[Withdrawal]
    blob_gas_used: uint64
    excess_blob_gas: uint64
    block_access_list: ProgressiveByteList
    slot_number: uint64


class Deposit(Container):
    pubkey: ByteVector[48]
    withdrawal_credentials: Bytes32
    amount: uint64
    signature: ByteVector[96]
    index: uint64


class WithdrawalRequest(Container):
    source_address: ByteVector[20]
    validator_pubkey: ByteVector[48]
    amount: uint64


class Consolidation(Container):
    source_address: ByteVector[20]
    source_pubkey: ByteVector[48]
    target_pubkey: ByteVector[48]


class BuilderDeposit(Container):
    pubkey: ByteVector[48]
    withdrawal_credentials: Bytes32
    amount: uint64
    signature: ByteVector[96]


class BuilderExit(Container):
    source_address: ByteVector[20]
    pubkey: ByteVector[48]


KINDS = (Deposit, WithdrawalRequest, Consolidation, BuilderDeposit, BuilderExit)


class Requests(ProgressiveContainer(active_fields=[1] * 5)):
    deposits: ProgressiveList[Deposit]
    withdrawals: ProgressiveList[WithdrawalRequest]
    consolidations: ProgressiveList[Consolidation]
    builder_deposits: ProgressiveList[BuilderDeposit]
    builder_exits: ProgressiveList[BuilderExit]


class Request(Container):
    execution_payload: Payload
    versioned_hashes: ProgressiveList[Bytes32]
    parent_beacon_block_root: Bytes32
    execution_requests: Requests


class Witness(Container):
    state: List[ByteList[2**10], 2**22]
    codes: List[ByteList[2**16], 2**18]
    headers: List[ByteList[2**10], 256]


class Input(Container):
    new_payload_request: Request
    witness: Witness
    chain_id: uint64
    public_keys: List[ByteVector[65], 2**15]


class Result(Container):
    new_payload_request_root: Bytes32
    successful_validation: boolean
    chain_id: uint64
    schema_id: uint16


def keccak(data):
    return _keccak.new(digest_bits=256, data=data).digest()


def encode(x):
    """RLP of bytes, numbers and lists."""
    if isinstance(x, int):
        x = x.to_bytes((x.bit_length() + 7) // 8, "big")
    if isinstance(x, list):
        body, base = b"".join(map(encode, x)), 0xC0
    elif len(x) == 1 and x[0] < 0x80:
        return bytes(x)
    else:
        body, base = bytes(x), 0x80
    if len(body) < 56:
        return bytes([base + len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(size)]) + size + body


def decode(data):
    """One RLP item and what follows it."""
    first = data[0]
    if first < 0x80:
        return data[:1], data[1:]
    base = 0xC0 if first >= 0xC0 else 0x80
    size, at = first - base, 1
    if size > 55:
        at += size - 55
        size = int.from_bytes(data[1:at], "big")
    body, rest = data[at : at + size], data[at + size :]
    if base == 0x80:
        return body, rest
    items = []
    while body:
        item, body = decode(body)
        items.append(item)
    return items, rest


def number(b):
    return int.from_bytes(b, "big")


def versioned_hashes(envelopes):
    return [h for e in envelopes if e[0] == 3 for h in decode(e[1:])[0][10]]


def request_of(block_rlp, access_list, requests):
    """The request of a block. `requests`: type -> concatenated requests."""
    header, transactions, _, withdrawals = decode(block_rlp)[0]
    envelopes = [encode(t) if isinstance(t, list) else t for t in transactions]
    payload = Payload(
        parent_hash=header[0],
        fee_recipient=header[2],
        state_root=header[3],
        receipts_root=header[5],
        logs_bloom=header[6],
        prev_randao=header[13],
        block_number=number(header[8]),
        gas_limit=number(header[9]),
        gas_used=number(header[10]),
        timestamp=number(header[11]),
        extra_data=header[12],
        base_fee_per_gas=number(header[15]),
        block_hash=keccak(encode(header)),
        transactions=[ProgressiveByteList(e) for e in envelopes],
        withdrawals=[
            Withdrawal(index=number(w[0]), validator_index=number(w[1]), address=w[2], amount=number(w[3]))
            for w in withdrawals
        ],
        blob_gas_used=number(header[17]),
        excess_blob_gas=number(header[18]),
        block_access_list=ProgressiveByteList(access_list),
        slot_number=number(header[22]),
    )
    lists = []
    for kind, cls in enumerate(KINDS):
        data, size = requests.get(kind, b""), cls.type_byte_length()
        lists.append([cls.decode_bytes(data[i : i + size]) for i in range(0, len(data), size)])
    return Request(
        execution_payload=payload,
        versioned_hashes=[Bytes32(h) for h in versioned_hashes(envelopes)],
        parent_beacon_block_root=header[19],
        execution_requests=Requests(
            deposits=lists[0],
            withdrawals=lists[1],
            consolidations=lists[2],
            builder_deposits=lists[3],
            builder_exits=lists[4],
        ),
    )


def blob_transaction(rng, hashes):
    fields = [1, rng.randrange(99), 1, 2, 21000, rng.randbytes(20), 0, b"", [], 3, hashes, rng.randrange(2)]
    return b"\x03" + encode(fields + [rng.getrandbits(255), rng.getrandbits(250)])


def random_block(rng, transactions, withdrawals):
    numbers = {8, 9, 10, 11, 17, 18, 22}
    sizes = {2: 20, 6: 256, 14: 8}
    header = [rng.getrandbits(rng.choice([0, 7, 40, 64])) if i in numbers else rng.randbytes(sizes.get(i, 32)) for i in range(23)]
    header[7], header[12], header[15] = 0, rng.randbytes(rng.randrange(33)), rng.getrandbits(60)
    body = []
    for _ in range(transactions):
        kind = rng.randrange(3)
        if kind == 0:
            body.append([rng.randbytes(rng.randrange(40)) for _ in range(9)])
        elif kind == 1:
            body.append(b"\x02" + rng.randbytes(rng.randrange(1, rng.choice([70, 200, 1200]))))
        else:
            body.append(blob_transaction(rng, [b"\x01" + rng.randbytes(31) for _ in range(rng.randrange(1, 7))]))
    paid = [[rng.getrandbits(64), rng.getrandbits(20), rng.randbytes(20), rng.getrandbits(40)] for _ in range(withdrawals)]
    return encode([header, body, [], paid])


def write_vectors(path):
    rng = random.Random(8025)
    lines = []
    for i in range(18):
        counts = [0, 1, 2, 4, 5, 6, 21, 22, 60]
        block = random_block(rng, counts[i % len(counts)], rng.choice([0, 1, 5, 16]))
        items = [[rng.randbytes(20), [], [], [], [], []] for _ in range(rng.choice([0, 1, 3, 30]))]
        access_list = encode(items)
        requests = {k: rng.randbytes(c.type_byte_length() * rng.choice([0, 1, 2, 7])) for k, c in enumerate(KINDS)}
        root = request_of(block, access_list, requests).hash_tree_root()
        system = b"".join(encode(bytes([k]) + requests[k]) for k in range(1, 5) if requests[k])
        parts = [block, b"".join(map(encode, items)), requests[0], system, bytes(root)]
        lines.append(" ".join(p.hex() or "-" for p in parts))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def from_hex(text):
    digits = text[2:]
    return bytes.fromhex("0" * (len(digits) % 2) + digits)


def trimmed(text):
    return from_hex(text).lstrip(b"\0")


def access_list_of(accounts):
    def changes(items, name):
        return [[trimmed(c["blockAccessIndex"]), trimmed(c[name])] for c in items]

    return encode(
        [
            [
                from_hex(a["address"]),
                [[trimmed(s["slot"]), changes(s["slotChanges"], "postValue")] for s in a["storageChanges"]],
                [trimmed(s) for s in a["storageReads"]],
                changes(a["balanceChanges"], "postBalance"),
                changes(a["nonceChanges"], "postNonce"),
                [[trimmed(c["blockAccessIndex"]), from_hex(c["newCode"])] for c in a["codeChanges"]],
            ]
            for a in accounts
        ]
    )


def public_key(item):
    """Of whoever signed a transaction, uncompressed."""
    from eth_keys import keys

    if isinstance(item, list):
        v = number(item[6])
        signed = encode(item[:6] + ([(v - 35) // 2, 0, 0] if v >= 35 else []))
        odd, r, s = (v - 35) % 2 if v >= 35 else v - 27, number(item[7]), number(item[8])
    else:
        fields = decode(item[1:])[0]
        signed = item[:1] + encode(fields[:-3])
        odd, r, s = (number(f) for f in fields[-3:])
    key = keys.Signature(vrs=(odd, r, s)).recover_public_key_from_msg_hash(keccak(signed))
    return b"\x04" + key.to_bytes()


def input_of(block, chain_id):
    rlp = from_hex(block["rlp"])
    requests = {from_hex(r)[0]: from_hex(r)[1:] for r in block.get("requests", [])}
    request = request_of(rlp, access_list_of(block["blockAccessList"]), requests)
    witness = {k: [from_hex(x) for x in block["executionWitness"][k]] for k in ("state", "codes", "headers")}
    keys = [public_key(t) for t in decode(rlp)[0][1]]
    return Input(new_payload_request=request, witness=Witness(**witness), chain_id=chain_id, public_keys=keys)


def write_fixtures(files, out, every):
    count = 0
    for name, test in (case for f in files for case in json.loads(Path(f).read_text()).items()):
        for block in test["blocks"]:
            if "expectException" in block or "executionWitness" not in block or block.get("statelessMustFail"):
                continue
            count += 1
            if count % every:
                continue
            chain_id = int(test.get("config", {}).get("chainid", "0x1"), 16)
            value = input_of(block, chain_id)
            root = value.new_payload_request.hash_tree_root()
            result = Result(
                new_payload_request_root=root, successful_validation=True, chain_id=chain_id, schema_id=SCHEMA_ID
            )
            folder = out / str(count)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "stateless.ssz").write_bytes(SCHEMA_ID.to_bytes(2, "big") + value.encode_bytes())
            (folder / "result.hex").write_text(result.encode_bytes().hex() + "\n")
            (folder / "name.txt").write_text(name + "\n")


def main():
    args = sys.argv[1:]
    if args[:1] == ["vectors"]:
        write_vectors(Path(__file__).parent.parent / "vectors" / "ssz" / "requests.txt")
    elif args[:1] == ["fixtures"] and "--out" in args:
        every = int(args[args.index("--every") + 1]) if "--every" in args else 1
        write_fixtures(args[1 : args.index("--out")], Path(args[args.index("--out") + 1]), every)
    else:
        sys.exit(__doc__)


main()
