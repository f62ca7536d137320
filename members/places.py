"""Where on a drawing of the world members work: one mark for each level in each country.

The outline is `static/img/world.svg`, an Equal Earth projection 960 wide, turned by ten degrees so that no land is cut.
A mark stands where the country roughly is: its middle, to the degree. The numbers are in the table beside it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.taxonomy.choices import Mark

# Equal Earth: Bojan Savric, Tom Patterson, Bernhard Jenny, "The Equal Earth map projection", 2018, equations 4 and 5.
_A = (1.340264, -0.081106, 0.000893, 0.003796)
# How the outline was drawn: the middle of it, what a unit of the projection is in its pixels, and what it is turned by.
WIDTH, HEIGHT = 960, 430
_MIDDLE, _UNIT, _TURNED = (482.4, 234.0), 190.4, 10.0
# Levels of one country stand around its middle, in this order; the area of a mark grows with the people.
_AROUND = {
    Mark.STATE: (0, 0),
    Mark.NATIONAL: (15, -10),
    Mark.COUNTY: (-15, -9),
    Mark.LOCAL: (-12, 12),
    Mark.PARTNER: (13, 12),
}
_SMALLEST, _LARGEST = 4.0, 16.0
DRAWN = 80  # more would hide each other, and make the page heavy

_MIDDLES = """
AD 42.5 1.6; AE 24 54; AF 34 66; AG 17 -62; AI 18 -63; AL 41 20; AM 40 45; AO -12 18; AQ -75 0; AR -35 -65;
AS -14 -171; AT 47.5 14; AU -27 140; AW 12.5 -70; AX 60 20; AZ 40.5 47.5; BA 44 18; BB 13 -59.5; BD 24 90;
BE 50.5 4.5; BF 12.5 -1.5; BG 42.7 25.3; BH 26 50.5; BI -3.4 30; BJ 9.5 2.3; BL 18 -63; BM 32 -65;
BN 4.5 114.7; BO -17 -64.5; BQ 12 -68; BR -11 -53; BS 24 -76; BT 27.5 90.5; BV -54 3; BW -22 24; BY 53.5 28;
BZ 17 -88.5; CA 57 -102; CC -12 97; CD -3 23.5; CF 7 21; CG -1 15.5; CH 47 8; CI 7.5 -5.5; CK -21 -160;
CL -33 -71; CM 6 12.5; CN 35 104; CO 4 -73; CR 10 -84; CU 22 -79; CV 16 -24; CW 12 -69; CX -10.5 105.7;
CY 35 33; CZ 49.8 15.5; DE 51 10.5; DJ 11.6 42.6; DK 56 9.5; DM 15.4 -61.4; DO 19 -70.5; DZ 28 2.6;
EC -1.5 -78.5; EE 58.7 25.5; EG 26.5 30; EH 24.5 -13; ER 15.5 39; ES 40 -3.7; ET 9 39.5; FI 63 26;
FJ -18 178; FK -52 -59; FM 7 158; FO 62 -7; FR 46.5 2.5; GA -0.7 11.8; GB 53.5 -1.8; GD 12 -61.7;
GE 42 43.5; GF 4 -53; GG 49.5 -2.6; GH 8 -1.2; GI 36 -5.3; GL 72 -41; GM 13.5 -15.5; GN 10.5 -10.9;
GP 16 -61.5; GQ 1.7 10.3; GR 39 22.5; GS -54 -37; GT 15.7 -90.3; GU 13.5 144.8; GW 12 -15; GY 5 -59;
HK 22.3 114.2; HM -53 73.5; HN 15 -86.5; HR 45.3 16; HT 19 -72.5; HU 47.2 19.4; ID -2 113; IE 53.2 -8;
IL 31.4 35; IM 54.2 -4.5; IN 22 79; IO -6 72; IQ 33 43.7; IR 32.5 54; IS 65 -18.5; IT 43 12.5; JE 49.2 -2.1;
JM 18 -77.3; JO 31 36.5; JP 36.5 138; KE 0.5 38; KG 41.5 74.5; KH 12.7 105; KI 1.5 173; KM -12 43.8;
KN 17.3 -62.7; KP 40 127; KR 36.4 127.8; KW 29.3 47.6; KY 19.3 -81.2; KZ 48 67; LA 18.5 103.7; LB 34 36;
LC 14 -61; LI 47.1 9.5; LK 7.6 80.7; LR 6.5 -9.3; LS -29.6 28.3; LT 55.3 24; LU 49.8 6.1; LV 57 25;
LY 27 18; MA 32 -6.3; MC 43.7 7.4; MD 47.2 28.5; ME 42.8 19.2; MF 18 -63; MG -19.5 46.5; MH 7 171;
MK 41.6 21.7; ML 17.5 -3.5; MM 21 96.5; MN 46.8 103; MO 22.2 113.6; MP 15 145.7; MQ 14.6 -61; MR 20.3 -10.3;
MS 16.7 -62.2; MT 35.9 14.4; MU -20.2 57.6; MV 3.5 73; MW -13.3 34.3; MX 23.7 -102.5; MY 3.5 109.5;
MZ -17.5 35.5; NA -22 17; NC -21.3 165.5; NE 17.5 9.4; NF -29 168; NG 9.6 8.1; NI 12.8 -85; NL 52.2 5.5;
NO 61.5 9; NP 28.2 84; NR -0.5 167; NU -19 -170; NZ -41.5 173; OM 20.6 56; PA 8.5 -80; PE -9.5 -75;
PF -17.6 -149.5; PG -6.5 145; PH 12 122.5; PK 30 69; PL 52 19.3; PM 46.9 -56.3; PN -25 -130; PR 18.2 -66.4;
PS 32 35.2; PT 39.6 -8; PW 7.5 134.5; PY -23.2 -58.4; QA 25.3 51.2; RE -21 55.5; RO 45.9 25; RS 44.2 20.8;
RU 60 90; RW -2 30; SA 24 44.5; SB -9 160; SC -4.6 55.5; SD 16 30; SE 61 15.5; SG 1.4 103.8; SH -16 -5.7;
SI 46.1 14.8; SJ 78 17; SK 48.7 19.5; SL 8.5 -11.8; SM 43.9 12.5; SN 14.4 -14.5; SO 5.5 46; SR 4.1 -56;
SS 7.3 30.3; ST 0.3 6.7; SV 13.7 -88.9; SX 18 -63; SY 35 38.5; SZ -26.5 31.5; TC 21.8 -71.8; TD 15.4 18.7;
TF -49 69; TG 8.6 1; TH 15.2 101; TJ 38.5 71; TK -9 -172; TL -8.8 125.8; TM 39 59.4; TN 34.1 9.6;
TO -21 -175; TR 39 35.2; TT 10.5 -61.3; TV -8 178.5; TW 23.7 121; TZ -6.3 34.8; UA 49 31.4; UG 1.3 32.4;
UM 19.3 166.6; US 39.5 -98.5; UY -32.8 -56; UZ 41.8 63.2; VA 41.9 12.5; VC 13.2 -61.2; VE 7 -66.2;
VG 18.4 -64.6; VI 18 -64.8; VN 16 107.5; VU -16 167; WF -13.3 -176.2; WS -13.7 -172.4; YE 15.9 47.5;
YT -12.8 45.1; ZA -29 25; ZM -13.5 27.8; ZW -19 29.9
"""


@dataclass(frozen=True)
class Spot:
    """A mark on the drawing: its corner and its side in the drawing's pixels."""

    mark: str
    x: float
    y: float
    side: float


def spots(places: Iterable[tuple[str, str, str, int]]) -> Sequence[Spot]:
    """For (country, level, mark, people) the largest marks, the largest first so that they hide no small one."""
    people: dict[tuple[str, str], int] = {}
    for country, _level, mark, number in places:
        if country in MIDDLES and number:
            people[country, mark] = people.get((country, mark), 0) + number
    most = max(people.values(), default=1)
    found = [_spot(country, mark, number / most) for (country, mark), number in people.items()]
    return sorted(found, key=lambda spot: -spot.side)[:DRAWN]


def _spot(country: str, mark: str, share: float) -> Spot:
    side = 2 * (_SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(share))
    x, y = on_the_drawing(*MIDDLES[country])
    right, down = _AROUND.get(Mark(mark), (0, 0))
    left = min(max(x + right - side / 2, 0), WIDTH - side)  # small islands far out stand at the edge
    top = min(max(y + down - side / 2, 0), HEIGHT - side)
    return Spot(mark, round(left, 1), round(top, 1), round(side, 1))


def on_the_drawing(latitude: float, longitude: float) -> tuple[float, float]:
    """The pixel at which a place is drawn, from degrees."""
    turned = math.radians((longitude - _TURNED + 180) % 360 - 180)
    angle = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    square = angle * angle
    sixth = square**3
    slope = _A[0] + 3 * _A[1] * square + sixth * (7 * _A[2] + 9 * _A[3] * square)
    x = 2 * math.sqrt(3) * turned * math.cos(angle) / (3 * slope)
    y = angle * (_A[0] + _A[1] * square + sixth * (_A[2] + _A[3] * square))
    return _MIDDLE[0] + _UNIT * x, _MIDDLE[1] - _UNIT * y


def _middles() -> dict[str, tuple[float, float]]:
    rows = (each.split() for each in _MIDDLES.split(";"))
    return {code: (float(latitude), float(longitude)) for code, latitude, longitude in rows}


MIDDLES = _middles()
