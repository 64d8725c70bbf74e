//! What the browser does for the page: files in and out, the clipboard, and small things kept between visits.

pub mod address;
pub mod clipboard;
pub mod device_choice;
pub mod files;
pub mod matmul_choice;
pub mod site;
