"""What each script of examples/python prints, in a form that does not depend on when batches were cut.

    normal(name, stdout, stderr) -> text

Used by examples_test.py on what Millrace printed and by record_examples.py on what real Spark printed.
"""
import re

SCRIPTS = {
    "rate_to_console": ["6"],
    "rate_to_memory": [],
    "files_to_memory": ["<dir>/in"],
    "delta_table": [],
    "foreach_row": [],
    "foreach_batch": ["<dir>/out"],
}


def console_rows(text):
    """The rows of all console batches, and the frame of the first one with rows."""
    rows, frame = [], []
    for batch in re.split(r"(?m)^-{43}\nBatch: \d+\n-{43}\n", text)[1:]:
        lines = batch.rstrip("\n").split("\n")
        if not frame:
            frame = lines[:3]
        rows += [re.sub(r" *\| *", "|", line) for line in lines if line.startswith("|") and "value" not in line]
    return rows, frame


def normal(name, text, errors=""):
    if name == "rate_to_console":
        rows, frame = console_rows(text)
        numbers = [row.split("|")[1] for row in rows]
        assert numbers[:10] == [str(i) for i in range(10)], numbers
        return "\n".join(frame + rows[:10]) + "\n"
    if name == "foreach_row":  # Spark's workers print to its standard error.
        return "\n".join(line for line in (text + errors).splitlines() if re.fullmatch(r"row \d+|\d+ rows", line)) + "\n"
    if name == "foreach_batch":
        text = re.sub(r"(?m)^batch \d+ has even rows\n", "", text)
    return text
