//! Drawn icons, in the text's colour, hidden from screen readers: the words beside them say the same.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Bin,
    Check,
    Clock,
    Cross,
    Download,
    Folder,
    Link,
    Pause,
    Play,
    Settings,
    Step,
    Stop,
    Upload,
    Warning,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Bin => "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10 11v5m4-5v5",
            Self::Check => "M4 12.5l5 5L20 6.5",
            Self::Clock => "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 7.5v4.500l3 2",
            Self::Cross => "M6 6l12 12M18 6L6 18",
            Self::Download => "M12 4v11m0 0l-4.5-4.5M12 15l4.5-4.5M4.5 19.5h15",
            Self::Folder => "M3.5 6.5h6l2 2.5h9v10h-17z",
            Self::Link => {
                "M10 14a4 4 0 0 0 5.7 0l3.3-3.3a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 10a4 4 0 0 0-5.7 0L5 13.300a4 4 0 0 0 5.7 5.7l1.200-1.200"
            }
            Self::Pause => "M8.5 5.5v13m7-13v13",
            Self::Play => "M7.5 5l11 7-11 7z",
            Self::Settings => "M4 7h7m4 0h5M4 17h3m4 0h9M13 4.5v5M9 14.5v5",
            Self::Step => "M6 5.500l8 6.500-8 6.500zM18 5.500v13",
            Self::Stop => "M6.5 6.5h11v11h-11z",
            Self::Upload => "M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M4.5 19.5h15",
            Self::Warning => "M12 9.5v4.5m0 3v.1M12 4L2.8 20h18.4z",
        }
    }
}

#[component]
pub fn Glyph(icon: Icon) -> impl IntoView {
    let solid = matches!(icon, Icon::Play | Icon::Stop);
    view! {
        <svg class="icon" class:icon-solid=solid viewBox="0 0 24 24" aria-hidden="true">
            <path d=icon.path() />
        </svg>
    }
}
