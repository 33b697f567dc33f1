//! Wrong uses of the macros: the compiler's messages say what to write instead.

#[test]
fn messages() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("tests/wrong/*.rs");
}
