//! The sentences of the picture: groups that mean alike, a line each, with a blank line between groups and a title line
//! `# …` before those that have a name.

/// Sentences in groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    pub names: Vec<String>,
    /// With the index of its group.
    pub sentences: Vec<(String, usize)>,
}

impl Groups {
    /// More sentences are not told apart on the sphere, and cost the run its time.
    pub const MOST: usize = 120;

    /// Reads them as they are written; those beyond [`Groups::MOST`] are left out.
    pub fn parse(text: &str) -> Self {
        let mut groups = Self::default();
        let mut begun = false;
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('#') {
                groups.names.push(name.trim().to_owned());
                begun = true;
            } else if line.is_empty() {
                begun = false;
            } else if groups.sentences.len() < Self::MOST {
                if !begun {
                    groups.names.push(String::new());
                    begun = true;
                }
                groups.sentences.push((line.to_owned(), groups.names.len() - 1));
            }
        }
        groups
    }

    pub fn texts(&self) -> Vec<String> {
        self.sentences.iter().map(|(text, _)| text.clone()).collect()
    }
}

/// In English: words of one group stand in others as well, so that only the meaning tells them apart.
pub const ENGLISH: &str = "\
# sleeping cat
The cat is asleep on the windowsill.
A kitten naps by the window.
Our tabby dozes on the sunny ledge.
The cat has curled up and closed its eyes.
A small cat is taking its afternoon nap.
By the window, the old tomcat snores.

# late train
The train is running twenty minutes late.
Our railway connection has been delayed.
The express has not arrived on time.
Passengers are still waiting for the overdue train.
Because of a signal fault the train came late.
The evening service to the coast is behind schedule.

# salting soup
She added a pinch of salt to the soup.
A little salt went into the broth.
The cook seasons the soup as it simmers.
He stirred the pot and salted it.
Season the stew before you serve it.
She tasted the soup and reached for the salt.

# football final
The team won the final in extra time.
It took extra time, but they became champions.
A late goal decided the cup match.
They lifted the trophy after a long final.
The striker scored and the title was theirs.
In the last minute of the final they won the cup.

# heavy rain
It rained all night on the tents.
The campers were soaked by the downpour.
Heavy rain fell until the morning.
Water poured from the sky without a break.
The storm drenched everything outside.
All night long the rain drummed on the roof.

# violin music
A man is playing the violin on the stage.
The violinist performs before a full hall.
She practises her violin every evening.
The musician drew his bow across the strings.
A violin solo opened the concert.
The orchestra waits while the fiddler plays alone.

# interest rates
The central bank raised interest rates.
Borrowing money became more expensive.
Interest rates went up by a quarter of a point.
The bank increased the cost of credit.
Loans will cost more after the decision.
Policy makers lifted the key rate again.

# seeing a doctor
The doctor examined the sick boy.
A physician is looking after the patient.
The nurse measured his blood pressure.
She went to the clinic because of her cough.
The patient described his pain to the doctor.
At the hospital they treated her fever.

# in space
The astronauts orbit the earth.
A spacecraft is circling our planet.
The crew of the space station looks down on the earth.
The rocket carried three people into orbit.
From the capsule they saw the whole globe.
The shuttle docked with the station in space.

# lost password
He forgot the password of his computer.
She cannot log in to her account any more.
The user has to reset his password.
I do not remember how to sign in.
The computer refuses the code that he typed.
Without the right password the screen stays locked.
";

/// In Chinese, the same groups.
pub const CHINESE: &str = "\
# 睡觉的猫
猫在窗台上睡着了。
一只小猫在窗边打盹。
我们家的花猫趴在阳光下睡觉。
猫蜷成一团，闭上了眼睛。
小猫正在睡午觉。
窗边那只老猫打着呼噜。

# 火车晚点
火车晚点了二十分钟。
我们要坐的列车延误了。
特快列车没有准时到达。
乘客们还在等那趟迟到的火车。
由于信号故障，列车来晚了。
去海边的晚班车没有按时刻表运行。

# 给汤加盐
她往汤里加了一小撮盐。
汤里放了一点盐。
厨师在煮汤的时候调味。
他搅了搅锅，又撒了些盐。
上桌之前要给炖菜调味。
她尝了一口汤，伸手去拿盐。

# 足球决赛
球队在加时赛中赢得了决赛。
打到加时，他们才成为冠军。
最后时刻的进球决定了杯赛。
漫长的决赛之后，他们捧起了奖杯。
前锋射门得分，冠军归他们了。
决赛最后一分钟，他们夺得了奖杯。

# 大雨
雨下了一整夜，打在帐篷上。
露营的人被大雨淋透了。
大雨一直下到早上。
雨水不停地从天上倾泻下来。
暴风雨把外面的一切都打湿了。
整个晚上雨点敲打着屋顶。

# 小提琴
一个男人在台上拉小提琴。
小提琴家在座无虚席的大厅里演奏。
她每天晚上练习小提琴。
乐手用琴弓拉过琴弦。
音乐会以一段小提琴独奏开场。
乐队等着，提琴手独自演奏。

# 利率
央行提高了利率。
借钱变得更贵了。
利率上调了四分之一个百分点。
银行提高了贷款的成本。
决定公布之后，贷款要花更多的钱。
决策者再次上调了基准利率。

# 看医生
医生给生病的男孩做了检查。
一位大夫正在照顾病人。
护士给他量了血压。
她因为咳嗽去了诊所。
病人向医生描述他的疼痛。
医院里的人给她退了烧。

# 太空
宇航员绕着地球飞行。
一艘飞船正在环绕我们的行星。
空间站的乘员俯瞰地球。
火箭把三个人送入了轨道。
他们从舱里看到了整个地球。
航天飞机与太空中的空间站对接。

# 忘记密码
他忘了电脑的密码。
她再也登录不了自己的账户。
用户必须重设密码。
我不记得怎么登录了。
电脑拒绝了他输入的口令。
没有正确的密码，屏幕就一直锁着。
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_end_at_blank_lines_and_titles() {
        let groups = Groups::parse("# a\none\ntwo\n\nthree\n# b\n four \n\n\n");
        assert_eq!(groups.names, ["a", "", "b"]);
        let sentences: Vec<(&str, usize)> =
            groups.sentences.iter().map(|(text, group)| (text.as_str(), *group)).collect();
        assert_eq!(sentences, [("one", 0), ("two", 0), ("three", 1), ("four", 2)]);
        assert_eq!(Groups::parse(" \n\n"), Groups::default());
    }

    #[test]
    fn both_languages_have_the_same_groups() {
        let [english, chinese] = [ENGLISH, CHINESE].map(Groups::parse);
        assert_eq!(english.names.len(), 10);
        for groups in [&english, &chinese] {
            for group in 0..groups.names.len() {
                assert_eq!(groups.sentences.iter().filter(|(_, of)| *of == group).count(), 6);
            }
        }
    }

    #[test]
    fn too_many_are_left_out() {
        let text: String = (0..2 * Groups::MOST).map(|number| format!("{number}\n")).collect();
        assert_eq!(Groups::parse(&text).sentences.len(), Groups::MOST);
    }
}
