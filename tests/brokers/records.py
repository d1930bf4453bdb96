"""Numbered records of every shape, good and bad, and what the main job makes of each.

The schema is "user_id BIGINT, event_type STRING". What stands beside a shape is real Spark's answer: the row that the
job must write, or None where the filter `event_type != 'test'` drops it (null is not true).
"""


def _good(kind):
    return lambda n: (f'{{"user_id":{n},"event_type":"{kind}"}}', (n, kind))


_SHAPES = [
    _good("click"), _good("view"), _good("purchase"), _good("click"), _good("view"),
    lambda n: (f'{{"user_id":{n},"event_type":"test"}}', None),
    lambda n: (f'{{"event_type":"more","user_id":{n},"x":{{"a":[1,2,{{"b":null}}]}},"y":1.5e3}}', (n, "more")),
    lambda n: (f'  {{ "user_id"  : {n} , "event_type" : "with blanks" }} ', (n, "with blanks")),
    lambda n: (f'{{"user_id":{n},"event_type":"ünï😀"}}', (n, "ünï😀")),
    lambda n: (f'{{"user_id":{n},"event_type":"\\u00fcn\\u00ef\\ud83d\\ude00\\"\\\\\\/\\n"}}', (n, 'ünï😀"\\/\n')),
    lambda n: (f'{{"user_id":{n},"event_type":"trailing"}} more text', (n, "trailing")),
    lambda n: (f'{{"user_id":1,"user_id":{n},"event_type":"a","event_type":"last wins"}}', (n, "last wins")),
    lambda n: (f"{{'user_id':{n},'event_type':'single'}}", (n, "single")),
    lambda n: (f'{{"user_id":"{n}","event_type":"text id {n}"}}', (None, f"text id {n}")),
    lambda n: (f'{{"user_id":{n}.0,"event_type":"fraction {n}"}}', (None, f"fraction {n}")),
    lambda n: (f'{{"user_id":9223372036854775808,"event_type":"too large {n}"}}', (None, f"too large {n}")),
    lambda n: (f'{{"user_id":true,"event_type":"boolean {n}"}}', (None, f"boolean {n}")),
    lambda n: (f'{{"user_id":null,"event_type":"null {n}"}}', (None, f"null {n}")),
    lambda n: (f'{{"event_type":"no id {n}"}}', (None, f"no id {n}")),
    lambda n: (f'{{"user_id":{n},"event_type":{{"k": {n}}}}}', (n, f'{{"k":{n}}}')),
    lambda n: (f'{{"user_id":{n},"event_type":{n}}}', (n, str(n))),
    lambda n: (f'{{"user_id":{n}}}', None),
    lambda n: (f'{{"user_id":{n},"event_type":null}}', None),
    lambda n: (f'{{"User_Id":{n},"EVENT_TYPE":"case"}}', None),
    lambda n: (f'{{"user_id":{n},"event_type":"cut off', None),
    lambda n: (f'{{"user_id":{n},"event_type":"unbalanced"', None),
    lambda n: (f'{{"user_id":{n},,"event_type":"comma"}}', None),
    lambda n: (f'[{{"user_id":{n},"event_type":"in an array"}}]', None),
    lambda n: (f"no json {n}", None),
    lambda n: (f"{n}", None),
    lambda n: ("null", None),
    lambda n: ("", None),
    lambda n: ("   ", None),
    lambda n: (None, None),
]


def record(n):
    """(value of record n or None for a null value, the row that it becomes or None)."""
    if n % 5000 == 4999:  # Now and then a large one.
        return f'{{"user_id":{n},"filler":"{"x" * 100_000}","event_type":"large"}}', (n, "large")
    return _SHAPES[n % len(_SHAPES)](n)
