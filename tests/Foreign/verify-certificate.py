#!/usr/bin/env python3
"""A second verifier of FlashBench records, written from docs/certificate.md alone; python3 and openssl, nothing else.

verify-certificate.py [--key STATION.pub.pem] [--allow-simulated] DIR
Exit 0 PASS, 30 FAIL, 20 anything else that is authentic, 65 not authentic.
"""
import argparse, base64, hashlib, json, os, re, subprocess, sys, tempfile, zlib

FORM = re.compile(rb'\{"payload":"([A-Za-z0-9+/]+={0,2})","payloadType":"application/vnd\.in-toto\+json",'
                  rb'"signatures":\[\{"keyid":"([0-9a-f]{64})","sig":"([A-Za-z0-9+/]+={0,2})"\}\]\}\n')
SENTENCES = ("Results relate only to the item identified.",
             "Signature proves integrity after signing, not honesty of capture.")
OWN_REGIONS = ("GbE", "PDR", "10GbE-A", "10GbE-B", "PTT")
BYTES_MAX = {"station.pub.pem": 64 << 10, "journal.jsonl": 512 << 20, "console/console.raw": 1 << 30,
             "console/console.idx": (1 << 30) + (64 << 20)}
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")  # SubjectPublicKeyInfo before the point


class Tampered(Exception):
    pass


def demand(holds, what):
    if not holds:
        raise Tampered(what)


def same(stated, derived, what):
    demand(stated == derived, f"{what}: the statement says {str(stated)[:80]}, the journal {str(derived)[:80]}")


def sha(data):
    return hashlib.sha256(data).hexdigest()


def written(value, name=""):
    """A value of the journal as a statement writes it: addresses and registers in hex."""
    if isinstance(value, dict):
        return {key: written(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [written(member) for member in value]
    return f"0x{value:06X}" if name in ("start", "end", "offset") else f"{value:08X}" if name == "dword" else value


def members(value, *names, **renamed):
    """Some members of a journal's object; renamed ones by their name in the statement."""
    return written({**{name: value[name] for name in names}, **{new: value[old] for new, old in renamed.items()}})


def strict(pairs):  # json would let the last of two members win
    demand(len(dict(pairs)) == len(pairs), "an object has a member twice")
    return dict(pairs)


def envelope(data, name, key, key_id):
    form = FORM.fullmatch(data)
    demand(form, f"{name} is not in the one form of an envelope")
    payload, signature = (base64.b64decode(form[i]) for i in (1, 3))
    demand(base64.b64encode(payload) == form[1] and base64.b64encode(signature) == form[3], f"{name}: loose base64")
    demand(form[2].decode() == key_id, f"{name} names another key")
    with tempfile.TemporaryDirectory() as work:
        paths = [os.path.join(work, file) for file in ("key", "sig", "message")]
        message = b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload) + payload
        for path, content in zip(paths, (key, signature, message)):
            with open(path, "wb") as file:
                file.write(content)
        run = subprocess.run(["openssl", "dgst", "-sha256", "-verify", paths[0], "-signature", paths[1], paths[2]],
                             capture_output=True, timeout=60)
    demand(run.returncode == 0, f"{name}: the signature is not that of key {key_id}")
    return payload, json.loads(payload, object_pairs_hook=strict)


def key_id_of(pem):
    blocks = re.findall(rb"-----BEGIN PUBLIC KEY-----\n(.*?)-----END PUBLIC KEY-----", pem, re.S)
    demand(len(blocks) == 1, "no single public key")
    der = base64.b64decode(blocks[0])
    demand(len(der) == len(P256) + 64 and der.startswith(P256), "the key is no uncompressed point of P-256")
    return sha(der)


def demand_plain(pem):
    text = base64.b64encode(base64.b64decode(re.sub(rb"-----[A-Z ]+-----", b"", pem)))
    lines = b"".join(text[i:i + 64] + b"\n" for i in range(0, len(text), 64))
    demand(pem == b"-----BEGIN PUBLIC KEY-----\n" + lines + b"-----END PUBLIC KEY-----\n", "the key file is altered")


def read_journal(data):
    records, head = [], "0" * 64
    demand(data.endswith(b"\n"), "the journal's last line is torn")
    for number, line in enumerate(data[:-1].split(b"\n")):
        record = json.loads(line, object_pairs_hook=strict)
        demand(record["seq"] == number and record["prev"] == head, f"journal record {number} breaks the chain")
        demand(not records or record["mono"] >= records[-1]["mono"], f"journal record {number} goes back in time")
        head = sha(line + b"\n")
        records.append(record)
    types = [record["type"] for record in records]
    # An operator may have stopped the job and gone on.
    early = [types[i + 1] for i, kind in enumerate(types[:-1]) if kind == "verdict"]
    demand(types[0] == "job.start" and types.count("job.start") == 1 and types[-1] == "verdict", "no whole journal")
    demand(set(early) <= {"job.resume"}, "something stands behind the verdict")
    return records, head


def read_console(chunks, raw, index):
    arrivals, at, index_at = [], 0, 0
    for chunk in chunks:
        data, times = raw[at:at + chunk["length"]], index[index_at:index_at + chunk["indexLength"]]
        demand((chunk["offset"], chunk["indexOffset"]) == (at, index_at), "a console chunk is out of place")
        demand(sha(data) == chunk["sha256"] and sha(times) == chunk["indexSha256"], f"console chunk at {at} is altered")
        at, index_at, used = at + len(data), index_at + len(times), 0
        for time, length in re.findall(rb"(\d+) (\d+)\n", times):
            arrivals.append((int(time), data[used:used + int(length)]))
            used += int(length)
        demand(used == len(data), f"the time index of the chunk at {at} does not cover it")
    demand((at, index_at) == (len(raw), len(index)), "the console holds more than the journal knows")
    return arrivals


def samples_of(boot, end, nonce, arrivals):
    """Registers of every intact FB1 line with the boot's nonce."""
    text = b"".join(data for time, data in arrivals if boot["mono"] <= time <= end["mono"])
    for line in text.replace(b"\r\n", b"\n").split(b"\n"):
        fields = line.split(b" ")
        if fields[0] == b"FB1" and len(fields) == 11 and fields[1].decode("latin1") == nonce \
                and fields[10] == b"%08x" % zlib.crc32(line[:line.rfind(b" ")]):
            yield [None if word == b"--------" else word.decode().upper() for word in fields[4:10]]


def image_of(audit):
    """What the journal says of an image, as a statement writes it."""
    content = audit["content"]
    return {**members(audit, "kind", "stock", "brought"), "composedSha256": audit["composedSha256"] or None,
            "own": [written({"start": o["start"], "end": o["end"], "name": o["name"], "from": f"0x{o['fromStart']:06X}"})
                    for o in audit["own"]],
            **members(content, "signatureValid", "key", "testKey", "contentBytes", "disableBit", "partitions",
                      meFamily="family", meGeneration="generation", meVersion="version", meSku="sku")}


def check_watch(stated, records, arrivals, start):
    begins = [i for i, record in enumerate(records) if record["type"] == "boot.begin"]
    if any(record["type"] == "job.resume" for record in records):  # an interrupted boot that was made anew is left out
        counts = [boot["boot"] for boot in stated]
        begins = [i for i in begins if records[i]["data"]["number"] in counts]
    same(len(stated), len(begins), "number of boots")
    for boot, at in zip(stated, begins):
        begin, name = records[at], f"boot {boot['boot']}"
        end = next((r for r in records[at + 1:] if r["type"] in ("boot.end", "boot.begin")), records[-2])
        span = [r for r in records[at:] if r["seq"] <= end["seq"]]
        relay = next((r["mono"] for r in span if r["type"] == "power.command" and r["data"]["on"]), begin["mono"])
        same((boot["boot"], boot["kind"]), (begin["data"]["number"], begin["data"]["kind"]), name)
        wanted = start["watch"]["baselineSeconds" if boot["kind"] == "baseline" else "minimumSeconds"]
        if boot["kind"].startswith("soak-") and not start["watch"]["shortened"]:
            wanted = max(wanted, 60 * int(boot["kind"][5:]))
        same((boot["requiredSeconds"], boot["maxGapSeconds"]), (wanted, start["watch"]["gapMaxSeconds"]), name)
        same(boot["consoleBytes"], sum(len(d) for t, d in arrivals if begin["mono"] <= t <= end["mono"]), name)
        same(boot["secondsAfterRelay"]["end"], (end["mono"] - relay) / 1e6, f"{name}, end")
        series = [(r["data"]["startUs"], r["data"]["series"]) for r in span if r["type"] == "power.samples"]
        times = [first + sum(s[0:i + 1:3]) for first, s in series for i in range(0, len(s), 3)]
        same(boot["power"]["samples"], sum(begin["mono"] <= t <= end["mono"] for t in times), f"{name}, power samples")
        seen, runs = list(samples_of(begin, end, begin["data"]["nonce"], arrivals)), boot["samples"]["registers"]
        same(sum(run["count"] for run in runs), boot["samples"]["intact"], f"{name}, samples")
        demand(boot["samples"]["intact"] <= len(seen), f"{name}: more samples than intact lines")
        demand(all(run["hfsts"] in seen for run in runs), f"{name}: registers that no line showed")
        same(boot["outcome"] == "PASS", boot["class"] == "Alive", f"{name}, outcome")
        if boot["class"] == "Alive":
            demand(boot["observedSeconds"] > wanted and boot["longestGapSeconds"] <= boot["maxGapSeconds"], name)
            check_alive(boot, relay, end, span, start["power"], {time for time, _ in arrivals}, name)


def check_alive(boot, relay, end, span, limits, arrived, name):
    """Power without a break from power-good to the end, and lines that came when the statement says so."""
    trace = []
    for content in (r["data"] for r in span if r["type"] == "power.samples"):
        at = content["startUs"]
        for i in range(0, len(content["series"]), 3):
            at += content["series"][i]
            trace.append((at, *content["series"][i + 1:i + 3]))
    at = {kind: relay + round(seconds * 1e6) for kind, seconds in boot["secondsAfterRelay"].items()}
    on = [sample for sample in trace if sample[0] >= at["powerGood"]]
    demand(on and on[0][0] == at["powerGood"] <= at["countedFrom"] < at["osUp"], f"{name}, start")
    before = [volts for time, volts, _ in trace if relay <= time < at["powerGood"]]
    demand(not before or before[-1] < limits["onMillivolts"], f"{name}: power was good earlier")
    demand(all(volts >= limits["onMillivolts"] for _, volts, _ in on), f"{name}: the rail was low")
    moments = [relay, *(sample[0] for sample in trace if sample[0] >= relay), end["mono"]]
    demand(all(b - a <= 5_000_000 for a, b in zip(moments, moments[1:])), f"{name}: the sensor paused")
    same([boot["power"][k] for k in ("minMillivoltsWhileOn", "maxMillivoltsWhileOn", "minMilliampsWhileOn",
                                     "maxMilliampsWhileOn")],
         [least(sample[i] for sample in on) for i in (1, 2) for least in (min, max)], f"{name}, power")
    demand(at["osUp"] in arrived and at["lastSign"] in arrived, f"{name}: a sign of life at no arrival")
    same(boot["observedSeconds"], round((at["lastSign"] - at["countedFrom"]) / 1e6, 6), f"{name}, observed")
    runs = boot["samples"]["registers"]
    times = [relay + round(run[k] * 1e6) for run in runs for k in ("first", "last")]
    demand(times == sorted(times) and set(times) <= arrived, f"{name}: a sample at no arrival")
    demand(times and times[-1] > at["countedFrom"] + boot["requiredSeconds"] * 1e6, f"{name}: no answer past the mark")
    same(boot["signs"]["powerSamples"], boot["power"]["samples"], f"{name}, signs")
    same(boot["signsOfLife"], sum(boot["signs"][k] for k in ("agent", "heartbeat", "kernel", "login")), name)


def check_state(state, boots, name):
    """The ME's state is that of the last sample that shows a device, of the last of some boots."""
    runs = [run for run in boots[-1]["samples"]["registers"] if run["hfsts"][0] not in (None, "FFFFFFFF")] \
        if boots else []
    if not runs:  # the firmware's words, or nothing
        demand(state is None or state["source"] == "firmware text", name)
        return
    word = int(runs[-1]["hfsts"][0], 16)
    same({k: state[k] for k in ("boot", "source", "samples", "hfsts", "workingState", "operationState", "operationMode",
                                "errorCode", "initComplete", "manufacturingMode")},
         {"boot": boots[-1]["boot"], "source": "registers", "samples": sum(run["count"] for run in runs),
          "hfsts": runs[-1]["hfsts"], "workingState": word & 15, "operationState": word >> 6 & 7,
          "operationMode": word >> 16 & 15, "errorCode": word >> 12 & 15, "initComplete": bool(word >> 9 & 1),
          "manufacturingMode": bool(word >> 4 & 1)}, name)


def check_statement(p, records, arrivals, files):
    data = [(record["type"], record["data"]) for record in records]
    last = {}
    for kind, content in data:
        last[kind] = content
    start, verdict = data[0][1], last["verdict"]
    chip, audit, plan, backup, asked, brought = (last.get(kind) for kind in (
        "chip", "audit", "plan", "backup", "image", "image.audit"))
    simulated = start["simulated"] or any(part["simulated"] for part in start["parts"]) \
        or bool(chip and chip["programmer"]["simulated"]) or bool(audit and audit["testKey"]) \
        or bool(brought and brought["content"]["testKey"])
    for name, derived in (
            ("job", start["job"]), ("verdict", verdict["verdict"].upper()), ("reason", verdict["reason"]),
            ("level", verdict["level"].replace("None", "none")), ("errorClass", verdict["class"]),
            ("required", start["require"]), ("requiredByProfile", start["profile"]["requiredLevel"]),
            ("simulated", simulated), ("operator", start["operator"]), ("software", {"version": start["software"]}),
            ("title", "certificate" if verdict["verdict"] == "Pass" else "record"),
            ("checks", [{**c, "outcome": c["outcome"].upper()} for c in verdict["checks"]]),
            ("performed", [records[i]["utc"][:19] + "Z" for i in (0, -2)])):
        same(p[name], derived, name)
    said = [content["text"] for kind, content in data if kind == "deviation"]
    resumed = "job.resume" in (kind for kind, _ in data)
    if resumed:  # said again after each resumption, and one more sentence tells of those
        demand(set(said) <= set(p["deviations"]) and len(p["deviations"]) == len(set(said)) + 1, "deviations")
    else:
        same(p["deviations"], said, "deviations")
    if verdict["verdict"] == "Pass":
        demand(all(c["outcome"] == "Pass" for c in verdict["checks"] if c["mandatory"]), "a PASS without its checks")
        demand(resumed or all(c["verdict"] == "Pass" for kind, c in data if kind == "phase.end"), "a phase failed")
        alive = [boot["kind"] for boot in p["watch"] if boot["class"] == "Alive"]
        wanted = {"watch": start["watch"]["coldBoots"], "warm": start["watch"]["warmBoots"]}
        for minutes in start["watch"]["soakMinutes"]:
            wanted[f"soak-{minutes}"] = wanted.get(f"soak-{minutes}", 0) + 1
        booted = any(part["kind"] == "power sensor" for part in start["parts"]) and start["require"] >= "L2"
        demand(not booted or all(alive.count(kind) >= n for kind, n in wanted.items()), "a PASS without its boots")
    began, phases = {}, []
    for r in records:
        if r["type"] == "phase.begin":
            began[r["data"]["name"]] = r["mono"]
        elif r["type"] == "phase.end":
            phases.append({**members(r["data"], "name", "reason", errorClass="class"), "endUs": r["mono"],
                           "startUs": began[r["data"]["name"]], "verdict": r["data"]["verdict"].upper()})
    if resumed:  # a phase that went on is said once, with its first begin
        ended = [(f["name"], f["verdict"], f["endUs"], f["reason"], f["errorClass"]) for f in phases]
        demand(all((f["name"], f["verdict"], f["endUs"], f["reason"], f["errorClass"]) in ended for f in p["phases"]),
               "phases that did not end so")
    else:
        same(p["phases"], phases, "phases")
    lab = {**dict.fromkeys(("name", "address", "location", "accreditation", "customer", "received", "condition",
                            "approvedBy"), ""), **last.get("laboratory", {})}
    for name, text in lab.items():
        same(p["laboratory"][name], text or None, f"laboratory, {name}")
    same(p["laboratory"]["issued"], p["performed"][1], "day of issue")
    same(p["dut"], {"serial": start["dut"], "board": start["profile"]["board"], **(members(
        audit, "stock", meFamily="family", meGeneration="generation", meVersion="version", meSku="sku")
        if audit else {})}, "dut")
    same(p.get("image"), asked and {**members(asked, "sha256", "sizeBytes", "regions", "wholeChip"), **(image_of(brought)
                                    if brought else {})}, "image")
    demand(not brought or asked, "an image that nobody asked for")
    own = [] if not audit or asked and asked["wholeChip"] else [r for r in audit["regions"] if r["name"] in OWN_REGIONS]
    demand(not plan or all(c["end"] <= r["start"] or c["start"] >= r["end"] for r in own for c in plan["changes"])
           or verdict["verdict"] != "Pass", "a PASS over another board's data")
    same((p["bench"]["id"], p["bench"]["host"]), (start["bench"], start["host"]), "bench")
    same(p["bench"]["parts"], start["parts"] + ([chip["programmer"]] if chip else []), "parts")
    same({k: p["method"][k] for k in ("name", "policy", "profile", "profileSha256", "power")},
         {"name": "FlashBench certify", "policy": start["policy"], "profile": start["profile"]["id"],
          "profileSha256": start["profile"]["sha256"], "power": start["power"]}, "method")
    cited, controls = last.get("commissioning"), p["controls"]
    same((controls["negativeControl"], controls["baselineWatched"]),
         (start["control"], any(boot["kind"] == "baseline" for boot in p["watch"])), "controls")
    same(controls["commissioning"] and [controls["commissioning"][k] for k in ("sha256", "keyId", "created")],
         cited and [cited["sha256"], cited["keyId"], cited["record"]["created"]], "commissioning")
    same((p["statement"], p["limits"]), SENTENCES, "sentences")
    same({**p["method"]["watch"]}, {k: start["watch"][k] for k in p["method"]["watch"]}, "watch numbers")
    flash, kinds = p["flash"], [kind for kind, _ in data]
    where = {kind: i for i, kind in enumerate(kinds)}
    known = [i for i, (kind, c) in enumerate(data) if kind == "read-back" and c["purpose"] != "resume"]
    same(flash["dirty"], where.get("dirty", -1) > max(known, default=-1), "dirty")
    demand(resumed or flash["blocksWritten"] == kinds.count("block.done"), "blocks written")
    reads = {content["purpose"]: content for kind, content in data if kind == "read-back"}
    same({r["purpose"]: r for r in flash["readBacks"]}, {r["purpose"]: {
        **members(r, "purpose", "sha256", "expectedSha256", "differingBytes", "drift", afterReopen="reopened"),
        **({"firstDifference": r["firstDifference"]} if r["differingBytes"] else {})} for r in reads.values()},
        "read-backs")
    if chip:
        same([flash[k] for k in ("jedecId", "name", "sizeBytes", "uniqueId", "busHealth")],
             [chip[k] for k in ("jedecId", "name", "sizeBytes", "uniqueId", "health")], "chip")
    if backup:
        same([flash["backup"][k] for k in ("sha256", "sizeBytes", "agree", "stored", "reads")],
             [backup[k] for k in ("sha256", "sizeBytes", "agree", "stored", "passes")], "backup")
    if plan:
        same(flash["planned"], members(
            plan, "policy", "changedBytes", "unattributedBytes", sha256="plannedSha256"), "plan")
        same(flash["changedRanges"], [members(c, "start", "end", "rule", "oldSha256", "newSha256", reason="text")
                                      for c in plan["changes"]], "changed ranges")
        same(flash["keptRanges"], [members(k, "start", "end", "name", "sha256") for k in plan["kept"]], "kept ranges")
    if audit:
        same(p["me"]["before"], members(
            audit, "contentBytes", "signatureValid", "key", "testKey", "disableBit", "partitions"), "ME before")
    after = {content["purpose"]: content for kind, content in data if kind == "flash-check"}
    same({m["purpose"]: m for m in p["me"]["after"]}, {m["purpose"]: {
        **members(m, "purpose", "contentBytes", "contentLimit", "signatureValid", "onlyPinnedBitChanged", "disableBit",
                  "left", "problems"),
        "kept": [members(k, "start", "end", "name", "equal") for k in m["kept"]]} for m in after.values()}, "ME after")
    check_watch(p["watch"], records, arrivals, start)
    if audit:
        baseline = [boot for boot in p["watch"] if boot["kind"] == "baseline"]
        check_state(p["me"]["stateBefore"], baseline[:1], "ME's state before")
        check_state(p["me"]["stateAfter"], [b for b in p["watch"] if b["kind"] != "baseline"], "ME's state after")
    for name, file in (("journal", "journal.jsonl"), ("console", "console/console.raw"), ("junit", "junit.xml"),
                       ("consoleIndex", "console/console.idx"), ("report", "report.html")):
        same(p["evidence"][name], {"sha256": sha(files[file]), "bytes": len(files[file])}, file)
    content = reads.get("re-read") or reads.get("verify")
    if content:
        return f"dut:{start['dut']}/flash-readback", content["sha256"]
    if backup and backup["agree"]:
        return f"dut:{start['dut']}/flash-backup", backup["sha256"]
    return f"job:{start['job']}/journal.jsonl", sha(files["journal.jsonl"])


def check_result(p, certificate, payload, files):
    result = {"PASS": "WARNED" if certificate["simulated"] else "PASSED"}.get(certificate["verdict"], "FAILED")
    same(p["result"], result, "result")
    named = {entry["name"]: entry for entry in p["configuration"]}
    same(named["certificate"]["digest"]["sha256"], sha(payload), "certificate of the test result")
    same(named["journal.jsonl"]["digest"]["sha256"], sha(files["journal.jsonl"]), "journal of the test result")
    for name, of in (("passedTests", ("PASS",)), ("failedTests", ("FAIL",)),
                     ("warnedTests", ("INCONCLUSIVE", "ABORTED", "ERROR"))):
        same(p[name], [c["id"] for c in certificate["checks"] if c["outcome"] in of], name)


def verify(directory, trusted):
    files = {}
    for name in ("certificate.dsse.json", "test-result.dsse.json", "station.pub.pem", "journal.jsonl", "junit.xml",
                 "console/console.raw", "console/console.idx", "report.html"):
        path = os.path.join(directory, name)
        demand(os.path.isfile(path), f"{name} is missing or no file")  # a pipe would be waited for
        demand(os.path.getsize(path) <= BYTES_MAX.get(name, 64 << 20), f"{name} is larger than any job makes it")
        with open(path, "rb") as file:
            files[name] = file.read()
    demand_plain(files["station.pub.pem"])
    key_id = key_id_of(files["station.pub.pem"])
    payload, statement = envelope(files["certificate.dsse.json"], "certificate", files["station.pub.pem"], key_id)
    _, result = envelope(files["test-result.dsse.json"], "test result", files["station.pub.pem"], key_id)
    for one, kind in ((statement, "https://flashbench.example/attestation/me-certificate/v1"),
                      (result, "https://in-toto.io/attestation/test-result/v0.1")):
        same((one["_type"], one["predicateType"]), ("https://in-toto.io/Statement/v1", kind), "type")
    records, head = read_journal(files["journal.jsonl"])
    chunks = [record["data"] for record in records if record["type"] == "console.chunk"]
    arrivals = read_console(chunks, files["console/console.raw"], files["console/console.idx"])
    p = statement["predicate"]
    same((p["evidence"]["journalRecords"], p["evidence"]["chainHead"]), (len(records), head), "chain")
    name, digest = check_statement(p, records, arrivals, files)
    for one in (statement, result):
        same(one["subject"], [{"name": name, "digest": {"sha256": digest}}], "subject")
    check_result(result["predicate"], p, payload, files)
    return p, trusted is not None and key_id_of(trusted) == key_id


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--key")
    arguments.add_argument("--allow-simulated", action="store_true")
    arguments.add_argument("directory")
    asked = arguments.parse_args()
    try:
        trusted = open(asked.key, "rb").read() if asked.key else None
        p, known = verify(asked.directory, trusted)
    except (Tampered, OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError,
            subprocess.TimeoutExpired) as fault:
        print(f"not authentic: {type(fault).__name__}: {fault}")
        return 65
    print(f"authentic: {p['verdict']}, level {p['level']}, simulated: {p['simulated']}, known key: {known}")
    if not known or (p["simulated"] and not asked.allow_simulated):
        return 20
    return {"PASS": 0, "FAIL": 30}.get(p["verdict"], 20)


if __name__ == "__main__":
    sys.exit(main())
