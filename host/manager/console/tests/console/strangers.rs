//! Who is turned away: strangers, other sites, names that were made to lead here.

use crate::start;
use anyhow::Result;

#[test]
fn strangers_are_turned_away() -> Result<()> {
    let client = start()?;
    let host = ("host", &*client.host);
    let paths = [
        "/",
        "/console.js",
        "/console.css",
        "/icon.svg",
        "/api/plugins",
        "/api/events",
        "/?token=",
        "/?token=0",
        "/none",
    ];
    for path in paths {
        let answer = client.raw("GET", path, &[host], b"")?;
        assert_eq!(answer.status, 401, "{path}");
        assert!(!answer.body.contains(&client.token), "{path}");
    }
    let with_token = format!("/api/plugins?token={}", client.token);
    assert_eq!(client.raw("GET", &with_token, &[host], b"")?.status, 401);
    Ok(())
}

#[test]
fn the_printed_address_lets_in_once_and_the_cookie_from_then_on() -> Result<()> {
    let client = start()?;
    let host = ("host", &*client.host);
    let path = format!("/?token={}", client.token);
    // A person comes from a terminal, or from a page of another program.
    for more in [&[][..], &[("sec-fetch-site", "cross-site")]] {
        let entered = client.raw("GET", &path, &[&[host], more].concat(), b"")?;
        assert_eq!(entered.status, 303);
        assert!(entered.headers.contains("\nlocation: /\r"), "{}", entered.headers);
        assert!(entered.headers.contains("; httponly; samesite=strict"), "{}", entered.headers);
    }
    let port = client.host.rsplit(':').next().unwrap_or_default();
    let cookie = format!("plugix-console-{port}={}", client.token);
    let page = client.raw("GET", "/", &[host, ("cookie", &cookie)], b"")?;
    assert_eq!(page.status, 200);
    let wanted = ["default-src 'none'", "frame-ancestors 'none'", "nosniff", "no-referrer", "no-store", "same-origin"];
    for wanted in wanted {
        assert!(page.headers.contains(wanted), "{wanted}");
    }
    assert!(!page.body.contains(&client.token));
    Ok(())
}

#[test]
fn other_sites_do_nothing_with_a_persons_cookie() -> Result<()> {
    let client = start()?;
    let port = client.host.rsplit(':').next().unwrap_or_default();
    let cookie = format!("plugix-console-{port}={}", client.token);
    let status = |method: &str, headers: &[(&str, &str)]| -> Result<u16> {
        let all = [&[("cookie", &*cookie), ("content-type", "application/json")], headers].concat();
        Ok(client.raw(method, "/api/plugins", &all, b"")?.status)
    };
    let (host, own) = (("host", &*client.host), format!("http://{}", client.host));
    assert_eq!(status("GET", &[host])?, 200);
    // A name of an attacker's that leads to this machine.
    assert_eq!(status("GET", &[("host", &format!("evil.example:{port}"))])?, 421);
    assert_eq!(status("POST", &[host])?, 403);
    assert_eq!(status("POST", &[host, ("origin", "http://evil.example")])?, 403);
    assert_eq!(status("POST", &[host, ("origin", "http://127.0.0.1:1")])?, 403);
    assert_eq!(status("GET", &[host, ("sec-fetch-site", "same-site")])?, 403);
    // From the page itself it is looked at, and then it is no module.
    assert_eq!(status("POST", &[host, ("origin", &own)])?, 422);
    Ok(())
}
