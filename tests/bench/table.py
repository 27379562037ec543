"""The bench's results as text, as Markdown for README, and as JSON."""

import json

CLIENTS = {  # column -> what it is
    "floor": "receive, decrypt, write: nothing else; over the long path a plain stream of bytes",
    "sexec": "libsexec, policy default, OpenSSL's default provider",
    "sexec_fips": "libsexec, policy fips, {module}",
    "sexec_audited": "sexec with audit and digests of its streams",
    "sexec_fips_audited": "sexec_fips with audit and digests of its streams",
    "sha256": "one pass of SHA-256: nothing else",
    "openssh": "OpenSSH's ssh",
    "libssh": "a client over libssh",
    "libssh2": "a client over libssh2",
    "plink": "PuTTY's plink",
}
PEERS = ("openssh", "libssh", "libssh2", "plink")


class Table:
    """Rows of medians, and the marks that they are held against."""

    def __init__(self, about):
        self.about = about
        self.rows = []
        self.verdicts = []

    def add(self, name, unit, median, seen=None, missing=None):
        """Keeps a row and prints it."""
        self.rows.append({"name": name, "unit": unit, "median": median, "all": seen or {},
                          "missing": missing or {}})
        cells = "  ".join(f"{client} {value:.4g}" for client, value in median.items())
        print(f"{name:42} {unit:14} {cells}", flush=True)

    def medians(self, row):
        return next((r["median"] for r in self.rows if r["name"] == row), {})

    def best(self, row):
        """The best peer's figure."""
        return min(v for c, v in self.medians(row).items() if c in PEERS)

    def mark(self, text, row, client, bound, base, at_least=False, less=lambda row: 0):
        """Holds the client's figure in the row, less what is said, as a part of base's, against
        the bound."""
        if client not in self.medians(row):
            return
        ratio = (self.medians(row)[client] - less(row)) / base(row)
        is_met = ratio >= bound if at_least else ratio <= bound
        limit = f"{'at least' if at_least else 'at most'} {bound}"
        self.verdicts.append({"mark": text, "ratio": ratio, "bound": limit, "is_met": is_met})
        print(f"{'met' if is_met else 'MISSED':7}{text:62} {ratio:6.2f} ({limit})", flush=True)

    def to_json(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**self.about, "rows": self.rows, "marks": self.verdicts}, file, indent=1)

    def to_markdown(self, path):
        columns = [c for c in CLIENTS if any(c in row["median"] for row in self.rows)]
        lines = [f"{name}: {value}  " for name, value in self.about.items()
                 if not isinstance(value, (dict, list))]
        lines += ["", "| work | unit | " + " | ".join(columns) + " |",
                  "| --- " * 2 + "| ---: " * len(columns) + "|"]
        for row in self.rows:
            cells = [f"{row['median'][c]:.3g}" if c in row["median"] else "" for c in columns]
            lines.append(f"| {row['name']} | {row['unit']} | " + " | ".join(cells) + " |")
        lines += ["", "| mark | measured | bound | |", "| --- | ---: | --- | --- |"]
        for verdict in self.verdicts:
            lines.append(f"| {verdict['mark']} | {verdict['ratio']:.2f} | {verdict['bound']} | "
                         f"{'met' if verdict['is_met'] else '**missed**'} |")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
