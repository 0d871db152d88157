"""Prints records as one Markdown table of ratios with versions and the machine."""
import munging

HEAD = ["row", "Neve s", "beside", "its s", "Neve / it (least – most)", "pairs", "CPU s", "peak MB", "quality", "goal"]


def number(value):
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def both(mine, theirs):
    return f"{number(mine)} / {number(theirs)}"


def quality(run):
    parts = [f"{name} {value:.4f}" if name in ("auc", "accuracy") else f"{name} {value:.8g}"
             for name, value in run.get("quality", {}).items()]
    if "held_bytes" in run:
        parts.append(f"held {run['held_bytes'] / 1e6:.1f} MB")
    if "incomplete" in run:
        parts.append(f"only {run['incomplete']}")
    return ", ".join(parts)


def peer_title(peer):
    return {"xgboost": "xgboost (native)", "xgboost-onehot": "xgboost (one-hot)"}.get(peer, peer)


def shown_peers(record):
    """Peers in the table's order: XGBoost only in its faster way."""
    firsts = record["peers"]
    ways = [peer for peer in firsts if peer.startswith("xgboost") and "error" not in firsts[peer]]
    slower = sorted(ways, key=lambda peer: firsts[peer]["seconds"])[1:]
    return [peer for peer in firsts if peer not in slower]


def paired_cells(pair):
    mine = number(pair["neve_seconds"])
    if pair["server_time"]:
        mine += f" (client {number(pair['neve_client_seconds'])})"
    ratio = pair["ratio"]
    return [mine, peer_title(pair["peer"]), number(pair["peer_seconds"]),
            f"**{ratio['median']:.2f}** ({ratio['least']:.2f} – {ratio['most']:.2f})", str(pair["pairs"]),
            both(pair["neve_cpu_seconds"], pair["peer_cpu_seconds"])]


def once_cells(neve, peer, run):
    return [number(neve["seconds"]), peer_title(peer), number(run["seconds"]), f"{neve['seconds'] / run['seconds']:.2f}",
            "once", both(neve["cpu_seconds"], run["cpu_seconds"])]


def peer_lines(row, record):
    neve, pairs = record["neve"], {pair["peer"]: pair for pair in record["pairs"]}
    for peer in shown_peers(record):
        run = record["peers"][peer]
        if "error" in run:
            yield ["–", peer_title(peer), "failed", "–", "–", "–", "–", run["error"].splitlines()[-1][:80], ""]
            continue
        cells = paired_cells(pairs[peer]) if peer in pairs else once_cells(neve, peer, run)
        mine, theirs = quality(neve), quality(run)
        yield cells + [both(neve["peak_mb"], run["peak_mb"]), f"{mine or '–'} / {theirs or '–'}" if mine or theirs else "",
                       row.goal if peer == row.mark else ""]


def start_lines(row, record):
    neve, reference = record["neve"], record["h2o"]
    ratio = neve["start_ms"] / reference["start_ms"]
    yield [f"{neve['start_ms'] / 1000:.3f}", "h2o", f"{reference['start_ms'] / 1000:.2f}", f"{ratio:.3f}", "–", "–",
           both(neve["idle_mb"], reference["idle_mb"]), "", row.goal]


def rest_lines(row, record):
    def latencies(figures):
        return f"p50 {figures['p50_us']} µs, p99 {figures['p99_us']} µs"
    idle, trivial = record["neve"]["idle"], record["trivial"]
    yield [latencies(idle), "trivial server", latencies(trivial), f"p99 {idle['p99_us'] / max(1, trivial['p99_us']):.2f}",
           "–", "–", "–", "", row.goal]
    training = record["neve"]["training"]
    throughout = "" if record["neve"]["trained_throughout"] else "training ended early"
    yield [latencies(training) + " while training", "–", "–", "–", "–", "–", "–", throughout, ""]
    reference = record["h2o"]["idle"]
    yield [latencies(idle), "h2o", latencies(reference), f"p99 {idle['p99_us'] / max(1, reference['p99_us']):.3f}", "–",
           "–", "–", "", ""]


def distribution_lines(row, record):
    goal = row.goal
    for name, cpu in record["cpu"].items():
        ratio = cpu["ratio"]
        yield ["–", f"one node, {name}", "–", f"**{ratio['median']:.2f}** ({ratio['least']:.2f} – {ratio['most']:.2f})",
               str(cpu["rounds"]), both(cpu["several"]["median"], cpu["one"]["median"]), "–", "", goal]
        goal = ""
    for unit, title in (("level", "a level of a tree"), ("iteration", "an iteration of a GLM")):
        figures = [f"{nodes} nodes {bytes_text(wire[unit]['bytes'])} ({bytes_text(wire[unit]['least'])})"
                   for nodes, wire in record["wire"].items() if nodes != "1"]
        yield ["–", f"{title}: bytes sent (least)", "–", "–", "–", "–", "–", ", ".join(figures), ""]


def munging_lines(row, record):
    for name, by_peer in record["operations"].items():
        for peer in (peer for peer in by_peer if peer != "neve"):
            neve, other = by_peer["neve"], by_peer[peer]
            yield [number(neve["seconds"]), peer, number(other["seconds"]), f"**{munging.ratio(by_peer, peer):.2f}**", "–",
                   both(neve["cpu_seconds"], other["cpu_seconds"]), "–", name, ""]
    for peer in munging.PEERS:
        yield ["–", peer, "–", f"**{record['peers'][peer]['mean_ratio']:.2f}**", "–", "–", "–", "geometric mean", row.goal]


def bytes_text(count):
    return f"{count / 1e6:.2f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"


LINES = {"start": start_lines, "rest": rest_lines, "distribution": distribution_lines, "munge": munging_lines,
         "munge-10m": munging_lines}


def lines_of(row, record):
    if "error" in record:
        return [["–", "–", "–", "not measured", "–", "–", "–", record["error"].splitlines()[-1][:80], row.goal]]
    return LINES.get(row.name, peer_lines)(row, record)


def versions(records):
    found = {}
    for record in records:
        for part in [record.get("neve", {}), record.get("h2o", {}), *record.get("peers", {}).values()]:
            found |= part.get("versions", {})
    return ", ".join(f"{name} {version}" for name, version in sorted(found.items(), key=lambda item: item[0] != "neve"))


def text(measured, scale):
    """The table of (row, record) pairs; times are medians in seconds, smaller ratios are better for Neve."""
    if not measured:
        return "Nothing has been measured yet."
    records = [record for _, record in measured]
    output = [f"{versions(records)}", f"on {records[-1]['machine']}", ""]
    if scale != 1:
        output[1] += f"; at {scale:g} of the rows, which says nothing about full size"
    output += ["| " + " | ".join(HEAD) + " |", "|" + " --- |" * len(HEAD)]
    for row, record in measured:
        title = row.title + ("" if record["idle"] else f" — **not idle** (others {record['others_share']:.0%})")
        for cells in lines_of(row, record):
            output.append("| " + " | ".join([title, *cells]) + " |")
            title = ""
    notes = [f"{row.title}: {row.notes}." for row, _ in measured if row.notes]
    output += ["", "`a / b`: Neve / the peer. Peak memory is above what was resident before data was loaded.", *notes]
    return "\n".join(output)
