//! The page: three files in the program. No build step makes them, and the page loads nothing else.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

/// What a browser may do with the page: run its own script, and talk to this server. Text becomes markup nowhere.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

pub(crate) async fn page() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], include_str!("assets/console.html"))
}

pub(crate) async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("assets/console.css"))
}

pub(crate) async fn script() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("assets/console.js"))
}

pub(crate) async fn icon() -> impl IntoResponse {
    ([(CONTENT_TYPE, "image/svg+xml")], include_str!("assets/icon.svg"))
}

#[cfg(test)]
mod tests {
    /// The policy of the page forbids these, and so they would silently do nothing.
    #[test]
    fn the_page_has_no_code_and_no_style_of_its_own() {
        let page = include_str!("assets/console.html");
        for forbidden in ["<style", " style=", " onclick=", "javascript:", "http://", "https://"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        let script = include_str!("assets/console.js");
        for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
            assert!(!script.contains(forbidden), "{forbidden}");
        }
    }
}
