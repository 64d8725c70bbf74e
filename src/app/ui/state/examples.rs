//! Sentences to begin with, in two languages. An encoder that knows no Chinese takes all of a Chinese sentence for
//! unknown words, so what is shown depends on the page's language and on the encoder.

use crate::app::ui::words::language::Language;

/// The same place's text for an English and for a Chinese encoder, a sentence a line.
#[derive(Clone, Copy)]
pub struct Example {
    english: &'static [&'static str],
    chinese: &'static [&'static str],
}

/// Of the playground: groups of which some say nearly the same.
pub const PLAYGROUND: Example = Example {
    english: &[
        "The cat is asleep on the windowsill.",
        "A kitten naps by the window.",
        "Our dog chases every ball in the park.",
        "The train to the coast leaves at noon.",
        "At twelve o'clock the seaside train departs.",
        "All flights were delayed by fog this morning.",
        "She stirred the soup and added a pinch of salt.",
        "A little salt went into the soup as she stirred it.",
        "Fresh bread tastes best while it is still warm.",
        "The team won the final in extra time.",
        "It took extra time, but the team won the final.",
        "He runs ten kilometres before breakfast.",
    ],
    chinese: &[
        "猫在窗台上睡着了。",
        "一只小猫在窗边打盹。",
        "我们家的狗在公园里追每一个球。",
        "去海边的火车中午发车。",
        "十二点整，开往海边的列车出发。",
        "今天早上所有航班都因大雾延误。",
        "她搅了搅汤，加了一小撮盐。",
        "她一边搅汤，一边放了点盐。",
        "刚出炉的面包趁热最好吃。",
        "球队在加时赛中赢得了决赛。",
        "打到加时，这支队伍才拿下决赛。",
        "他每天早饭前跑十公里。",
    ],
};

/// No two of them are about the same.
pub const UNRELATED: Example = Example {
    english: &[
        "The cat is asleep on the windowsill.",
        "All flights were delayed by fog this morning.",
        "She stirred the soup and added a pinch of salt.",
        "The team won the final in extra time.",
        "Interest rates were raised by a quarter of a point.",
        "The violin was tuned before the concert.",
        "Rain fell on the tents all night.",
        "A new bridge will cross the river next year.",
        "He forgot the password of his old computer.",
        "The jury could not agree on a verdict.",
        "Bees find their way by the position of the sun.",
        "Her grandmother spoke three languages.",
        "The museum is closed for repairs.",
        "Prices of coffee doubled within a month.",
        "The nurse measured his blood pressure.",
        "Volcanic ash makes fertile soil.",
    ],
    chinese: &[
        "猫在窗台上睡着了。",
        "今天早上所有航班都因大雾延误。",
        "她搅了搅汤，加了一小撮盐。",
        "球队在加时赛中赢得了决赛。",
        "央行把利率上调了四分之一个百分点。",
        "音乐会开始前，小提琴调好了音。",
        "雨下了一整夜，打在帐篷上。",
        "明年这条河上会架起一座新桥。",
        "他忘了旧电脑的密码。",
        "陪审团没能达成一致的裁决。",
        "蜜蜂靠太阳的位置辨认方向。",
        "她的外婆会说三种语言。",
        "博物馆因维修暂停开放。",
        "咖啡的价格一个月里翻了一倍。",
        "护士给他量了血压。",
        "火山灰能变成肥沃的土壤。",
    ],
};

/// One sentence to be looked at closely.
pub const CLOSELY: Example = Example {
    english: &["A man is playing the guitar in the park."],
    chinese: &["一个男人在公园里弹吉他。"],
};

/// The same in other words.
pub const PARAPHRASE: Example =
    Example { english: &["Somebody makes music outdoors."], chinese: &["有人在户外演奏音乐。"] };

/// Others beside it: one that means the same, and unrelated ones.
pub const BESIDE: Example = Example {
    english: &[
        "Somebody makes music outdoors.",
        "Interest rates were raised by a quarter of a point.",
        "She stirred the soup and added a pinch of salt.",
        "Rain fell on the tents all night.",
    ],
    chinese: &[
        "有人在户外演奏音乐。",
        "央行把利率上调了四分之一个百分点。",
        "她搅了搅汤，加了一小撮盐。",
        "雨下了一整夜，打在帐篷上。",
    ],
};

impl Example {
    /// A text that is written as one.
    pub const fn of(english: &'static [&'static str], chinese: &'static [&'static str]) -> Self {
        Self { english, chinese }
    }

    pub fn text(self, language: Language) -> String {
        match language {
            Language::English => self.english.join("\n"),
            Language::Chinese => self.chinese.join("\n"),
        }
    }

    /// What is there before any encoder is.
    pub fn first(self) -> String {
        self.text(Language::English)
    }
}
