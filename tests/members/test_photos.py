"""Photos: what is taken, what is made of it, who gets it, and that nothing of the uploaded file survives."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from members.models import Profile, ProfileEdit, ProfilePhoto
from members.operations import NotAllowed
from members.profiles.operations import remove_photo, set_photo
from members.profiles.photos import MOST_BYTES, SIZES, NotAPhoto, made_of

pytestmark = pytest.mark.django_db
PHOTO = "/members/me/photo/"


def encoded(kind="JPEG", size=(400, 300), mode="RGB", colour="teal", **options):
    output = io.BytesIO()
    Image.new(mode, size, colour).save(output, kind, **options)
    return output.getvalue()


def upload(content, name="me.jpg"):
    return SimpleUploadedFile(name, content)


def png_of(width, height):
    """A PNG that says how large it is, and has next to nothing in it."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "me.JPG"), ("JPEG", "me.jpeg"), ("PNG", "me.png"), ("WEBP", "me.webp")]
)
def test_each_format_becomes_two_squares_in_two_formats(kind, name):
    made = made_of(upload(encoded(kind), name))
    assert set(made.files) == {(size, each) for size in SIZES for each in ("webp", "jpeg")}
    for (size, each), content in made.files.items():
        picture = Image.open(io.BytesIO(content))
        assert (picture.format.lower(), picture.size) == (each, (SIZES[size], SIZES[size]))
        assert picture.mode == "RGB"


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1"])
def test_every_kind_of_colour_is_drawn_plain(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    colour = 1 if mode in {"1", "P"} else 0 if mode == "L" else None
    content = encoded(kind, mode=mode, colour=colour or 0)
    assert made_of(upload(content, f"me.{kind.lower()}")).files


def test_what_was_transparent_is_white():
    made = made_of(upload(encoded("PNG", mode="RGBA", colour=(0, 0, 0, 0)), "me.png"))
    assert Image.open(io.BytesIO(made.files["small", "jpeg"])).getpixel((40, 40)) == (255, 255, 255)


def test_place_and_camera_are_gone_and_the_picture_stands_upright():
    picture = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(picture).rectangle((0, 0, 400, 60), fill="red")  # the top, before the camera was turned
    exif = Image.Exif()
    exif[0x0112] = 6  # held on its side: the top of the file is the right-hand edge of the picture
    exif[0x010F] = "SecretCamera 9"
    exif.get_ifd(0x8825)[1] = "N"
    output = io.BytesIO()
    picture.save(output, "JPEG", exif=exif, comment=b"secret comment", icc_profile=b"secret profile")
    made = made_of(upload(output.getvalue() + b"<script>secret trailer</script>"))
    for content in made.files.values():
        assert b"ecret" not in content
        again = Image.open(io.BytesIO(content))
        assert not again.getexif()
        assert "icc_profile" not in again.info
    large = Image.open(io.BytesIO(made.files["large", "webp"]))
    assert large.getpixel((310, 160))[1] < 90
    assert large.getpixel((160, 10))[1] > 200


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (encoded(), "me.gif", "saved as JPEG, PNG or WebP"),
        (encoded(), "me", "saved as JPEG, PNG or WebP"),
        (encoded(), "me.svg", "saved as JPEG, PNG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "me.png", "is no photo"),
        (b"GIF89a" + b"\0" * 40, "me.png", "is no photo"),
        (b"", "me.jpg", "is no photo"),
        (b"\xff\xd8\xff" + b"nonsense" * 20, "me.jpg", "is no photo"),
        (encoded("PNG")[:200], "me.png", "damaged"),
        (encoded("JPEG")[:-400] if len(encoded("JPEG")) > 800 else encoded("JPEG")[:300], "me.jpg", "no photo|damaged"),
        (png_of(13_000, 13_000), "me.png", "24 million pixels"),
        (png_of(2**31 - 1, 2**31 - 1), "me.png", "24 million pixels|is no photo"),
        (encoded(size=(95, 400)), "me.jpg", "at least 96 pixels"),
        (encoded() + b"\0" * MOST_BYTES, "me.jpg", "larger than 10 MB"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(content, name, sentence, client_of, member):
    with pytest.raises(NotAPhoto, match=sentence):
        made_of(upload(content, name))
    page = client_of(member).post(PHOTO, {"photo": upload(content, name)})
    assert page.status_code == 422
    assert 'id="id_photo_error"' in page.content.decode()
    assert not ProfilePhoto.objects.exists()


def test_a_member_gives_themselves_a_face_and_takes_it_away(
    client_of, member, settings, django_capture_on_commit_callbacks
):
    client = client_of(member)
    assert client.post(PHOTO, {}).status_code == 422
    for colour in ("teal", "red"):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(PHOTO, {"photo": upload(encoded(colour=colour))})["Location"] == PHOTO
    stored = list(Path(settings.PRIVATE_MEDIA_ROOT).rglob("*.*"))
    assert sorted(path.name for path in stored) == ["large.jpeg", "large.webp", "small.jpeg", "small.webp"]
    handle = member.profile.handle
    page = client.get("/members/me/").content.decode()
    assert f'src="/members/{handle}/photo/large/?v=' in page
    assert f'src="/members/{handle}/photo/small/?v=' in page  # in the masthead
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/members/{handle}/photo/remove/")["Location"] == PHOTO
    assert not [path for path in Path(settings.PRIVATE_MEDIA_ROOT).rglob("*.*") if path.is_file()]
    assert "/photo/large/" not in client.get("/members/me/").content.decode()
    assert client.get(f"/members/{handle}/photo/small/").status_code == 404


def given(person):
    set_photo(person=person, made=made_of(upload(encoded())), by=person, at=timezone.now())
    return f"/members/{person.profile.handle}/photo/small/"


def test_a_photo_comes_in_the_format_the_browser_takes_and_is_kept_by_it_alone(client_of, member, co_member):
    url, client = given(member), client_of(co_member)
    for accept, kind in (("image/avif,image/webp,*/*", "webp"), ("image/png,*/*", "jpeg")):
        response = client.get(url, headers={"accept": accept})
        assert response["Content-Type"] == f"image/{kind}"
        assert Image.open(io.BytesIO(b"".join(response.streaming_content))).format.lower() == kind
        assert response["Cache-Control"].startswith("private")
        assert {"Accept", "Cookie"} <= {part.strip() for part in response["Vary"].split(",")}
        assert response["X-Content-Type-Options"] == "nosniff"
    assert client.get(url.replace("small", "huge")).status_code == 404


def test_no_address_but_its_own_leads_to_a_photo(client_of, member, settings):
    given(member)
    name = ProfilePhoto.objects.get().small_webp.name
    for path in (f"/media/{name}", f"/private/{name}", f"/documents/1/{name}"):
        assert client_of(member).get(path).status_code == 404
    with pytest.raises(ValueError, match="not accessible via a URL"):
        ProfilePhoto.objects.get().small_webp.url  # noqa: B018 -- asking is the test


def test_a_hidden_photo_leaves_initials_everywhere(client_of, member, co_member, visitor):
    url = given(member)
    Profile.objects.filter(user=member).update(shown_to="public", audiences={"photo": "groups"})
    for viewer in (co_member, visitor):
        client = client_of(viewer)
        assert client.get(url).status_code == 404
        page = client.get(member.profile.get_absolute_url()).content.decode()
        assert "/photo/" not in page
        assert ">OO<" in page
    mine = client_of(member).get(url)
    assert b"".join(mine.streaming_content)[:4] == b"\xff\xd8\xff\xe0"


def test_nobody_but_the_owner_sets_a_photo_and_staff_may_take_one_away(client_of, member, outsider, staff):
    url = given(member)
    with pytest.raises(NotAllowed):
        set_photo(person=member, made=made_of(upload(encoded())), by=staff, at=timezone.now())
    for wrong in (outsider,):
        assert client_of(wrong).post(url.replace("small/", "remove/")).status_code == 404
        with pytest.raises(NotAllowed):
            remove_photo(person=member, by=wrong, at=timezone.now())
    assert "Remove the photo" in client_of(staff).get(f"/members/{member.profile.handle}/edit/").content.decode()
    assert client_of(staff).post(url.replace("small/", "remove/")).status_code == 302
    assert ProfileEdit.objects.get().changes == [["photo", "a photo", ""]]
    assert not ProfilePhoto.objects.exists()
