use plugix_abi::{PodSlice, PodVec, interface};

#[interface(version = "1")]
trait Methods {
    const LIMIT: u32;
    async fn slow(&self);
    fn changes(&mut self);
    fn without_self(a: u32) -> u32;
    fn any<T>(&self, value: T);
    fn lifetimes<'a>(&self, text: &'a str);
    fn opaque(&self, items: impl Iterator<Item = u8>);
    fn fills(&self, bytes: &mut [u8]);
    fn unnamed(&self, (a, b): (u8, u8));
    fn borrows(&self) -> &str;
    fn aliased(&self) -> Result<u32>;
    fn owned_elements(&self, elements: PodVec<u32>);
    fn borrowed_elements(&self) -> PodSlice<'static, u32>;
    fn address(&self, start: *const u8);
    #[cfg(unix)]
    fn sometimes(&self);
}

fn main() {}
