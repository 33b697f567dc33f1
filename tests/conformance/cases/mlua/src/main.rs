//! Lua, whose errors jump.

fn main() {
    let lua = mlua::Lua::new();
    let sum: i64 = lua.load("local ok = pcall(error, 'x'); assert(not ok); return 40 + 2").eval().unwrap();
    assert_eq!(sum, 42);
    println!("ok");
}
