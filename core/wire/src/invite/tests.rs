use proptest::prelude::*;

use super::*;
use crate::ids::ContentHash;

fn invite(version: u8) -> Invite {
    let way = match version {
        1 => Way::Unsigned {
            addresses: vec!["https://kuager.example.org".to_owned()],
            anchors: vec![vec![0x30; 40].into()],
        },
        // What is signed is not looked at here.
        _ => Way::Signed { servers: (0..=255).collect::<Vec<u8>>().into(), delegation: Some(vec![0x5a; 300].into()) },
    };
    Invite {
        deployment: DeploymentId(ContentHash::of(b"a deployment").0),
        root_key: PublicKey::from(&ed25519_dalek::SigningKey::from_bytes(&[7; 32])),
        token: InviteToken([0x41; 16]),
        way,
    }
}

/// Puts something in every so many characters.
fn with(url: &str, every: usize, what: &str) -> String {
    let chars: Vec<char> = url.chars().collect();
    chars.chunks(every).map(|chunk| chunk.iter().collect::<String>()).collect::<Vec<_>>().join(what)
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Ways an invite arrives, each with its name.
fn ways(invite: &Invite) -> Vec<(&'static str, String)> {
    let url = invite.to_url().expect("fits");
    let link = invite.to_link("https://join.example.org/kuager").expect("fits");
    let wide = |text: &str, chars: &str| -> String {
        let widen = |char: char| char::from_u32(u32::from(char) + 0xfee0).unwrap_or(char);
        text.chars().map(|char| if chars.contains(char) { widen(char) } else { char }).collect()
    };
    vec![
        ("as it is", url.clone()),
        ("small letters", url.to_lowercase()),
        ("as a name", format!("Kuager:Invite/{}", &url[PREFIX.len()..].to_lowercase())),
        ("lines of 76", with(&url, 76, "\r\n")),
        ("lines of quoted-printable", with(&url, 75, "=\r\n")),
        ("quoted in an answer", format!("> {}", with(&url, 70, "\n> "))),
        ("quoted twice", format!(">> {}", with(&url, 70, "\n>> "))),
        ("indented", with(&url, 60, "\n\t  ")),
        ("broken behind the colon", url.replace(':', ":\n")),
        ("soft hyphens", with(&url, 9, "\u{ad}")),
        ("hyphens at the ends of lines", with(&url, 60, "-\n")),
        ("zero-width spaces", with(&url, 20, "\u{200b}")),
        ("word joiners", with(&url, 20, "\u{2060}")),
        ("marks of direction", format!("\u{202a}{}\u{202c}\u{200f}", with(&url, 50, "\u{200e}"))),
        ("isolates", format!("\u{2068}{url}\u{2069}")),
        ("a byte order mark", format!("\u{feff}{url}")),
        ("no-break spaces", format!("\u{a0}{}\u{202f}", with(&url, 90, "\u{a0}"))),
        ("quotes", format!("\"{url}\"")),
        ("guillemets", format!("«{url}»")),
        ("typographic quotes", format!("“{url}”")),
        ("angle brackets", format!("<{url}>")),
        ("round brackets and a full stop", format!("({url}).")),
        ("markdown", format!("[шақыру]({url})")),
        ("code", format!("```\n{url}\n```")),
        ("html", format!("<a href=\"{url}\">open</a>")),
        ("text around", format!("Сәлем! Мына шақыруды ашыңыз:\n\n{url}\n\nРахмет, Айгүл 18:00")),
        ("text around in Latin", format!("Hello, open this: {url} Best regards, Aigul. Room 12")),
        ("text around in capitals", format!("OPEN THIS: {url} PLEASE AND THANK YOU")),
        ("small letters and text around", format!("open this: {} please. Thank you", url.to_lowercase())),
        ("another link before", format!("see https://example.org/help#top and then {url}")),
        ("percent-encoded", percent(&url)),
        ("percent-encoded twice", percent(&percent(&url))),
        ("in another link", format!("https://safe.example.com/?url={}&data=05%7C01", percent(&link))),
        ("a wide colon", wide(&url, ":")),
        ("all wide", wide(&url, &url)),
        ("a ratio for a colon", url.replace(':', "\u{2236}")),
        ("slashes of a link", url.replacen(':', "://", 1)),
        ("a link", link.clone()),
        ("a link in brackets and lines", format!("<{}>", with(&link, 76, "\r\n"))),
        ("a link with its hash escaped", link.replace('#', "%23")),
    ]
}

#[test]
fn it_is_found_in_what_mail_and_chat_made_of_it() {
    for version in [1, 2] {
        let invite = invite(version);
        for (name, text) in ways(&invite) {
            assert_eq!(Invite::from_text(&text).as_ref(), Ok(&invite), "version {version}, {name}: {text}");
            assert!(is_like(&text), "{name}");
        }
    }
}

#[test]
fn a_cut_one_is_told_from_a_wrong_one() {
    let url = invite(2).to_url().expect("fits");
    for end in (PREFIX.len() + 1..url.len()).step_by(7) {
        let cut = &url[..end];
        for text in [cut.to_owned(), format!("{cut}…"), format!("{cut}\nbest regards"), with(cut, 70, "\n")] {
            let error = Invite::from_text(&text).expect_err("cut");
            let there = end - PREFIX.len();
            assert_eq!(error, InviteError::Cut { there }, "{text}");
        }
    }
    // Behind the beginning, which says that there is an invite.
    for at in (PREFIX.len() + 4..url.len()).step_by(5).chain([url.len() - 1]) {
        let other = if url.as_bytes()[at] == b'Q' { "R" } else { "Q" };
        let text = format!("{}{other}{}", &url[..at], &url[at + 1..]);
        assert_eq!(Invite::from_text(&text), Err(InviteError::Altered), "{at}");
        let text = format!("{}8{}", &url[..at], &url[at + 1..]);
        let gone = InviteError::Character { position: at };
        assert_eq!(Invite::from_text(&text), Err(gone), "{at}");
    }
    let without_a_line = format!(
        "{}{}\nTHANK YOU ALL SO MUCH FOR COMING, AND PLEASE BRING A PEN AND A POWER BANK WITH YOU",
        &url[..100],
        &url[140..]
    );
    assert_eq!(Invite::from_text(&without_a_line), Err(InviteError::Altered));
    let unsigned = invite(1).to_url().expect("fits");
    assert!(matches!(Invite::from_text(&unsigned[..90]), Err(InviteError::Cut { there: 76 })));
}

#[test]
fn what_is_none_is_none_of_any_length() {
    for text in
        ["", "Рахмет!", "https://example.org/", "http://example.org/#ABCDEFGH", "KUAGER: үйге кел", "kuager:join/ABC"]
    {
        assert_eq!(Invite::from_text(text), Err(InviteError::NotAnInvite), "{text}");
        assert!(!is_like(text), "{text}");
    }
    let books = [
        PREFIX.repeat(4_000),
        "https://#".repeat(7_000),
        "%25".repeat(20_000),
        " a".repeat(30_000),
        "KUAGER:".repeat(9_000),
    ];
    for book in books {
        assert!(Invite::from_text(&book).is_err());
    }
    let book = format!("{}{}", "ә".repeat(40_000), invite(2).to_url().expect("fits"));
    assert!(matches!(Invite::from_text(&book), Err(InviteError::Damaged(_))));
}

proptest! {
    #[test]
    fn any_text_is_looked_through(before in "\\PC{0,40}", after in "(\\s\\PC{0,40})?", noise in "[ \n\u{200b}\u{ad}\u{202e}>\"-]{0,4}", every in 1_usize..200) {
        let invite = invite(2);
        let url = with(&invite.to_url().expect("fits"), every, &noise);
        prop_assert_eq!(Invite::from_text(&format!("{url}{after}")), Ok(invite));
        // What stands before it may look like an escape or another place; it must not hide it from a reader.
        let _ = Invite::from_text(&format!("{before}{url}{after}"));
        let _ = Invite::from_text(&before);
    }
}
