//! Telephone numbers and caller ids.
/// x
#[derive(Debug)]
pub struct PhoneNumber(String);
impl PhoneNumber {
    /// x
    pub fn parse(t: &str) -> Result<Self, ()> {
        Ok(Self(t.to_owned()))
    }
    /// x
    pub fn is_dialable(&self) -> bool {
        !self.0.starts_with("08")
    }
}
