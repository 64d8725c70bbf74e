//! Parts that several views are made of.

pub mod chart_files;
pub mod chart_tools;
pub mod copy_button;
pub mod drawing;
pub mod drop_zone;
pub mod encoder_bar;
pub mod fields;
pub mod fold;
pub mod icons;
pub mod later;
pub mod notice;
pub mod run_buttons;
pub mod similarity_table;
pub mod tabs;
pub mod view_head;
