//! What the browser does for the page: files in and out, the clipboard, the page's address and the site's, and choices kept
//! between visits; the screen.

pub mod address;
pub mod clipboard;
pub mod device_choice;
pub mod files;
pub mod matmul_choice;
pub mod media;
pub mod site;
