//! Who works at the desk: accounts, roles and what each may do, sessions and sign-in.
//!
//! A session is a random token in a cookie, whose hash alone is stored; every request of the console begins by looking it
//! up. Never here: pages, cookies and forms (`console`), and what an operator does with a callback or a request.

pub mod accounts;
pub mod enrol;
pub mod gate;
pub mod link;
pub mod links;
pub mod operator;
pub mod password;
pub mod role;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod store;
pub mod throttle;

pub use gate::Gate;
pub use link::Purpose;
pub use operator::Operator;
pub use role::{Right, Role};
pub use session::{Session, SignedIn};
