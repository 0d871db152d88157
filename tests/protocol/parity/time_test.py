"""Parts of times, times of parts, texts as times, and time zones, against Python's calendar."""
import math
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from frames import Frame, texts, times
from session import Refused, same, same_numbers

SHAPES = ["mixed", "one", "empty", "constant", "missing", "groups"]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
PARTS = {"year": lambda t: t.year, "month": lambda t: t.month, "day": lambda t: t.day, "hour": lambda t: t.hour,
         "minute": lambda t: t.minute, "second": lambda t: t.second, "week": lambda t: t.isocalendar()[1]}
ZONES = ["America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "Pacific/Auckland"]


def moment_of(millis, zone=timezone.utc):
    return (EPOCH + timedelta(milliseconds=millis)).astimezone(zone)


def parts_of(cells, part, zone=timezone.utc):
    return np.array([math.nan if cell != cell else part(moment_of(cell, zone)) for cell in cells], dtype=float)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", PARTS)
def test_parts(rapids, known, name, shape):
    made = rapids.frame(f"({name} (cols {shape} 'when'))")
    same(made, {"when": parts_of(known[shape]["when"].cells, PARTS[name])})


@pytest.mark.parametrize("shape", SHAPES)
def test_days_of_the_week_and_milliseconds(rapids, known, shape):
    cells = known[shape]["when"].cells
    day = rapids.frame(f"(dayOfWeek (cols {shape} 'when'))")["when"]
    assert list(day.cells) == [None if c != c else DAYS[moment_of(c).weekday()] for c in cells]
    assert day.kind == "Enum" and (not len(cells) or day.domain == DAYS)
    same(rapids.frame(f"(millis (cols {shape} 'when'))"), {"when": cells})


@pytest.fixture
def zone(rapids, request):
    before = rapids.value("(getTimeZone)")
    assert rapids.value(f"(setTimeZone '{request.param}')") == request.param
    yield ZoneInfo(request.param)
    rapids.value(f"(setTimeZone '{before}')")


@pytest.mark.parametrize("zone", ZONES, indirect=True)
def test_parts_in_a_zone(rapids, known, zone):
    cells = known["mixed"]["when"].cells
    for name, part in PARTS.items():
        same(rapids.frame(f"({name} (cols mixed 'when'))"), {"when": parts_of(cells, part, zone)})


@pytest.mark.parametrize("zone", ZONES, indirect=True)
def test_times_of_parts_in_a_zone(rapids, zone):
    for year, month, day, hour in ((2020, 1, 15, 12), (2021, 7, 31, 23), (1999, 12, 1, 0)):
        wanted = datetime(year, month, day, hour, 30, tzinfo=zone).timestamp() * 1000 + 250
        assert rapids.value(f"(mktime {year} {month - 1} {day - 1} {hour} 30 0 250)") == wanted
        made = rapids.frame(f"(moment {year} {month} {day} {hour} 30 0 250)")
        same_numbers(next(iter(made.values())).cells, [wanted])


@pytest.mark.parametrize("shape", SHAPES)
def test_times_of_columns_of_parts(rapids, known, shape):
    frame = known[shape]
    hours, minutes = frame["n"].cells, frame["p"].cells
    wanted = []
    for hour, minute in zip(hours, minutes):
        complete = hour == hour and minute == minute
        wanted.append((datetime(2020, 3, 5, tzinfo=timezone.utc) + timedelta(hours=hour, minutes=int(minute))).timestamp() * 1000
                      if complete else math.nan)
    made = rapids.frame(f"(mktime 2020 2 4 (cols {shape} 'n') (cols {shape} 'p') 0 0)")
    same_numbers(next(iter(made.values())).cells, wanted)
    made = rapids.frame(f"(moment 2020 3 5 (cols {shape} 'n') (cols {shape} 'p') 0 0)")
    same_numbers(next(iter(made.values())).cells, wanted)
    assert next(iter(made.values())).kind == "Time"


FORMATS = [("yyyy-MM-dd", "%Y-%m-%d"), ("yyyy-MM-dd HH:mm:ss", "%Y-%m-%d %H:%M:%S"), ("dd/MM/yyyy", "%d/%m/%Y"),
           ("%Y-%m-%d", "%Y-%m-%d"), ("%Y%m%d %H:%M", "%Y%m%d %H:%M"), ("%d-%b-%Y", "%d-%b-%Y")]


@pytest.mark.parametrize("pattern, python", FORMATS)
def test_texts_as_times(rapids, pattern, python):
    draw = np.random.default_rng(5)
    moments = [datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=int(m)) for m in draw.integers(0, 30_000_000, 40)]
    written = [m.strftime(python) for m in moments]
    cells = [*written, None, "no date"]
    rapids.load("dates", Frame(text=texts(cells), factor=texts(cells)))
    wanted = [datetime.strptime(text, python).replace(tzinfo=timezone.utc).timestamp() * 1000 for text in written]
    for column in ("text", "(as.factor (cols dates 'text'))"):
        source = f"(cols dates '{column}')" if column == "text" else column
        made = rapids.frame(f"(as.Date {source} '{pattern}')")
        same(made, {"text": times([*wanted, math.nan, math.nan])})
    rapids.value("(rm dates)")


def test_zones_are_listed_and_checked(rapids):
    lines = rapids.frame("(listTimeZones)")["Timezones"].cells
    names = {name.strip(): line.split(" ")[0] for line in lines[1:] for name in line.split(" ", 1)[1].split(",")}
    for zone in ZONES:
        standard = min(datetime(2025, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))
        sign = "-" if standard < timedelta(0) else "+"
        hours, minutes = divmod(abs(standard) // timedelta(minutes=1), 60)
        assert names[zone] == f"{sign}{hours:02}:{minutes:02}"
    with pytest.raises(Refused, match="Nowhere"):
        rapids.value("(setTimeZone 'Nowhere/Town')")
