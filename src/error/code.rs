//! Every code that the program prints: who acts, what happened, what to do. The table in the documents comes from here
//! (`yardstick reference codes`).

use std::fmt;

use serde::{Serialize, Serializer};

/// Who must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Who wrote the file of the workspace.
    Author,
    /// Who runs the program.
    Operator,
    /// The provider, or who reads its body for us.
    Provider,
    /// We: the program is wrong.
    Program,
}

impl Actor {
    pub fn name(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Operator => "operator",
            Self::Provider => "provider",
            Self::Program => "program",
        }
    }
}

macro_rules! codes {
    ($($name:ident $text:literal $actor:ident, $meaning:literal, $action:literal;)*) => {
        /// A kind of problem. Its text is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $meaning] $name,)*
        }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable text, such as `E0001`.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            pub fn actor(self) -> Actor {
                match self { $(Self::$name => Actor::$actor,)* }
            }

            /// What happened.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }

            /// What to do.
            pub fn action(self) -> &'static str {
                match self { $(Self::$name => $action,)* }
            }
        }
    };
}

// E0xxx workspace files, E1xxx fetching, E2xxx what a provider sent, E3xxx SQL and test cases, E4xxx gates, E5xxx releases,
// E6xxx workers.
codes! {
    NotAWorkspace "E0001" Author, "the folder is no workspace", "run where pipelines/ and sql/ are, or name the folder with --workspace";
    UnreadableFile "E0002" Author, "a workspace file cannot be read", "correct its permissions";
    NotUtf8 "E0003" Author, "a workspace file is not UTF-8", "save it as UTF-8";
    NotARegularFile "E0004" Author, "a workspace file is a pipe, a socket, a device, or a link without an end", "put a regular file in its place";
    UnreadFile "E0005" Author, "a file in a folder of the workspace that nothing reads", "move it into the folder itself, or give it the ending named";
    BrokenToml "E0101" Author, "broken TOML", "correct the line shown";
    UnknownKey "E0102" Author, "a key that nobody knows", "take the name suggested, or remove it";
    WrongType "E0103" Author, "a key has the wrong type", "write the type named";
    MissingKey "E0104" Author, "a key is missing", "add it";
    BadName "E0201" Author, "a name has other characters than lower case letters, digits and underscores", "rename";
    DefinedTwice "E0202" Author, "a source or data set is defined twice", "rename one";
    LimitOutOfRange "E0203" Author, "a limit makes no sense", "write a number in the range named";
    NotASchedule "E0204" Author, "not a schedule", "five fields as in crontab, in UTC";
    UnknownFormat "E0205" Author, "an unknown data set format", "take one of those listed";
    SettingsDoNotFit "E0206" Author, "a data set's settings do not fit its format", "correct the key shown";
    UnknownAreaScheme "E0207" Author, "an unknown scheme of area codes", "take one of those listed";
    BadAddress "E0208" Author, "an address or user agent that no request can be sent with", "write it as the hint says";
    BrokenCsv "E0301" Author, "a CSV of the workspace cannot be read", "correct the line shown";
    UnknownTableColumn "E0302" Author, "a column that the table does not have", "take the name suggested, or remove it";
    MissingTableColumn "E0303" Author, "a column is missing", "add it";
    WrongFieldCount "E0304" Author, "a line has more or fewer fields than the header", "correct the line";
    WrongCellType "E0305" Author, "a cell has the wrong type", "write the type named";
    UnknownReference "E0306" Author, "a reference table names an unknown area, group or date", "correct the line, or add the area";
    ContradictingRow "E0307" Author, "a row of a reference table contradicts itself or another row", "keep one of the rows, or correct the cell";
    CorrectionDefinedTwice "E0401" Author, "a correction is defined twice", "rename one";
    CorrectionWithoutSense "E0402" Author, "a correction lacks its guard, or its action makes no sense", "correct the key shown";
    NoHeader "E0501" Author, "an SQL file has no header", "begin it with /*--- .. ---*/";
    ParameterOutOfRange "E0502" Author, "window or coverage out of range", "correct the key shown";
    MissingMetadata "E0503" Author, "metadata are missing", "add the key: the catalogue publishes it";
    TargetWithoutValue "E0504" Author, "a target states no value, or several", "write exactly one of value, change, or low with high";
    TargetContradictsItself "E0505" Author, "a target or check contradicts itself", "correct the key shown";
    UsedTwice "E0506" Author, "an id, name or target is used twice", "rename one";
    ReadInACircle "E0507" Author, "indicators read each other in a circle", "move what they share into an indicator of its own";
    UnknownNameInHeader "E0508" Author, "a header names something that does not exist", "take the name suggested";
    UnknownIndicator "E0509" Author, "SQL reads an indicator that does not exist", "take the name suggested";
    MissingMethodFile "E0510" Author, "a method file is missing", "restore the file named";
    CommentInHeader "E0511" Author, "a comment opens or ends inside the header", "write the text without /* and */ in it";
    NoSeriesListed "E0512" Author, "SQL reads the series of its header, which lists none", "list them: series = [{ source = \"..\", series = \"..\" }]";
    NoData "E1000" Operator, "no data at all", "give bodies with --from, or correct what each source says";
    NoConnection "E1001" Operator, "no connection", "look at the network, proxy and address";
    TimeOut "E1002" Operator, "time-out", "try again later, or raise the time-outs of [http]";
    RefusedByProvider "E1003" Operator, "the provider refused with a status", "as the hint says; a blocked service is imported by hand with --from";
    BodyTooLarge "E1004" Operator, "the body is larger than max_bytes", "raise it if that size is right";
    WebPageAnswered "E1005" Operator, "a web page where data were asked for", "the service has moved or blocks us; import by hand with --from";
    CutOffOnTheWay "E1006" Operator, "the body is cut off or broken on the way", "nothing: it was asked again; the last good data stay in use";
    UnexpectedBody "E1007" Operator, "the body is not what the route gives", "look at the body; the interface may have changed";
    MissingCredentials "E1008" Operator, "credentials are missing in the environment", "set the variables named";
    EmptyList "E1009" Operator, "the answer is an empty list", "check the codes of the data set";
    RedirectRefused "E1010" Operator, "a redirect was refused", "look at the address";
    NoRequest "E1011" Operator, "the data set's settings do not add up to a request", "correct the pipelines file";
    CodeUnknownToProvider "E1012" Operator, "the provider says that a code does not exist", "correct the code";
    CodeNotListed "E1013" Operator, "a code is not in the provider's list", "take the one suggested";
    TooMuchData "E1014" Operator, "too much data for one request", "use the bulk route, or fewer codes";
    OnlyByHand "E1015" Operator, "the data set is only downloaded by hand", "put the file under DIR/<source>/<dataset>/ and run with --from DIR";
    UnreadableList "E1016" Operator, "a list or version answer cannot be read", "the interface may have changed";
    DamagedSnapshot "E1017" Operator, "a stored snapshot or pull record is missing or damaged", "pull again";
    NotAskedFurther "E1018" Operator, "a host is not asked further in this run: it cannot be reached, asks for a long pause, or refuses everything", "wait for the next run";
    CredentialRepeated "E1019" Operator, "an answer repeats a credential, and is not kept", "tell the provider, and take a new credential if others may have read it";
    UnreadableBody "E2001" Provider, "a stored body cannot be read", "pull again";
    EmptyBody "E2002" Provider, "the body is empty", "pull again; the last good data stay in use";
    WebPageStored "E2003" Provider, "the body is a web page", "download by hand and run with --from";
    DamagedArchive "E2004" Provider, "an archive or workbook is damaged, or a body is cut off", "pull again; the last good data stay in use";
    UnsafeMemberName "E2005" Provider, "an archive has a member with an unsafe name", "do not trust this body";
    TooManyMembers "E2006" Provider, "an archive has too many members", "do not trust this body";
    TooLarge "E2007" Provider, "a decompression bomb, or a record or text beyond any real size", "do not trust this body";
    UnexpectedJson "E2008" Provider, "not the documented JSON", "the interface has changed, or the answer was cut off";
    NoDataFile "E2009" Provider, "the archive has no data file", "is it the right archive?";
    MissingColumn "E2010" Provider, "a column is missing in the provider's file", "the layout has changed: compare the columns shown";
    NotCsv "E2011" Provider, "not CSV, or a quote that swallows other records", "look at the line named";
    NoObservation "E2012" Provider, "no row became an observation", "look at the quarantine and the body";
    MostlyDefective "E2013" Provider, "more rows are set aside than the data set allows", "look at the reasons named: the layout or the codes have changed; the last good data stay in use. If the rows are set aside rightly, raise maximum_share_set_aside";
    MuchFewerRows "E2014" Provider, "much fewer rows than last time", "if the provider withdrew data, let it pass once with `--accept SOURCE/DATASET`";
    MissingSeries "E2015" Provider, "a series, code or file that was asked for or came last time is missing", "pull again; if the provider withdrew it, take it out of the data set, or let it pass once with `--accept SOURCE/DATASET`";
    ReaderFault "E2016" Program, "reading a body met a fault of the program", "report it with the body; the last good data stay in use";
    TooManyAreas "E2017" Provider, "more areas than a row can tell apart", "take those out of areas.csv and groups.csv that no data set has";
    OtherUnit "E2018" Provider, "a series has come in another unit than last time, or than our tables or its other rows have", "see which unit the figures have; what differs from last time, `--accept SOURCE/DATASET` takes; until then the last good data stay in use";
    BeyondMemory "E2019" Operator, "a data set has more notes, codes or rows set aside than the memory setting has room for", "allow more memory, as the hint says; the last good data stay in use";
    CodeUnknownToUis "E2020" Provider, "UIS does not know a code", "correct the code of the data set";
    EmptyAnswer "E2021" Provider, "ITU answered with an empty list", "check the codes of the data set";
    ColumnsOfOneName "E2030" Provider, "two columns of a file have one name, or are one year", "rename or remove one of them in the file";
    SheetNotNamed "E2031" Provider, "several sheets of a workbook have the columns of the data set", "name one with `sheet`, or several with `sheets`";
    ContradictingFiles "E2032" Provider, "two files of one pull contradict each other", "leave the newer one in the folder";
    PackingNotRead "E2033" Provider, "an archive is packed by a method that is not read, or has a password", "unpack it, or pack it as ZIP with Deflate";
    KindNotRead "E2034" Provider, "a file of a kind that is not read, such as .xls, RAR or PDF", "save it as the hint says";
    RoutesDisagree "E2040" Provider, "two routes of a data set have other figures", "take the series out of the route, or see which of the two has changed; the last good data stay in use";
    HistoryRewritten "E2041" Provider, "a pull of the same edition has other figures for much of what the last one had", "look at the difference named; the last good data stay in use. If the provider revised its history, let it pass once with `--accept SOURCE/DATASET`";
    SqlSyntax "E3001" Author, "SQL syntax", "correct the place shown";
    UnknownTable "E3002" Author, "an unknown table", "take the name suggested";
    UnknownColumn "E3003" Author, "an unknown or ambiguous column", "take the name suggested, or write the table before it";
    UnknownFunction "E3004" Author, "an unknown function", "take the name suggested";
    WrongColumns "E3005" Author, "the SELECT gives the wrong columns or types", "name and cast as the hint says";
    SelectStar "E3006" Author, "SELECT * at the top", "name the columns";
    EngineRefuses "E3007" Author, "the engine refuses the statement", "as the message says";
    NotOneSelect "E3008" Author, "SQL that is not one reading SELECT, or reads files", "write one SELECT over the tables";
    Unsteady "E3009" Author, "a function whose result differs from run to run", "use what follows from the inputs";
    IntegerDivision "E3010" Author, "whole number divided by whole number, or DECIMAL by DECIMAL", "make one side a number with decimals";
    UnknownArea "E3011" Author, "a row has an unknown ref_area", "use ISO 3166-1 alpha-3 or a code of groups.csv";
    SeveralRows "E3012" Author, "several rows for one economy, year and breakdown", "choose between sources, or name the missing dimension";
    MissingValue "E3013" Author, "a column that must have a value has none", "filter such rows out";
    UnknownSeries "E3014" Author, "a series that no configured source serves", "take the one suggested, or add it";
    NotFinite "E3015" Author, "a number is not finite: a division by zero or an overflow", "write x / nullif(y, 0.0)";
    WrongInEngine "E3016" Author, "SQL that the query engine computes wrongly", "write it as the hint says";
    StatementTooLarge "E3017" Author, "a statement is longer or has more parts than can be planned", "write it as several steps, or as a join";
    GroupsOfOnesOwn "E3018" Author, "a SELECT makes rows of groups without saying their estimate", "leave groups to the roll-up, or give estimate and coverage";
    ImpossibleWeight "E3019" Author, "a weight or a denominator is below zero, or a coverage is no share", "give people, households or the like, and shares from 0 to 1";
    QueryTooSlow "E3020" Author, "a query took too long", "narrow it, or raise --timeout";
    ResultTooLarge "E3021" Author, "the result of a query is larger than the memory allowed", "aggregate or filter it";
    MemoryExhausted "E3022" Author, "a statement needs more memory than it may use, in a step that cannot go on on disk", "filter or aggregate before joining, or allow more memory";
    EngineEndedEarly "E3023" Author, "the query engine ended in the midst of a statement", "make the texts that are put together shorter, or write it another way; report it with the statement";
    UnknownTestTable "E3101" Author, "a file of a test case is no table", "take the name suggested";
    NoExpectation "E3102" Author, "a test case has no expected.csv", "write one, or run `yardstick test --update`";
    StrayTestCases "E3103" Author, "test cases of an id that no indicator has", "rename the folder";
    EmptyExpectation "E3104" Author, "an expectation cannot fail, or says two things", "write each expected row once, with what is compared";
    UnknownTestTarget "E3105" Author, "an expectation names a target that the indicator does not have", "take the id from the header";
    GateFailed "E4001" Operator, "a gate failed: the release is staged, not promoted", "look at failures/ of the staged release; --accept CHECK lets one pass";
    DamagedRelease "E5001" Operator, "a file of a release is damaged", "run again, which publishes anew, or roll back";
    EngineSeesOtherRows "E5002" Operator, "the engine sees other observations than were normalised: nothing is published", "as the hint says; look at the disk";
    UnreadableReleases "E5003" Operator, "nothing was pruned: what is in use cannot be told", "correct what is named, or take it out of the folder";
    DiskFailed "E5004" Operator, "a file or folder cannot be read or written", "look at the path named: space, permissions, the health of the disk; nothing was promoted";
    DamagedObservations "E5005" Operator, "observations are damaged and cannot be made anew", "pull the data set again";
    SnapshotRefused "E5006" Operator, "a person refused this snapshot", "nothing, or take it back with `pull --admit HASH`";
    PublishFailed "E5007" Operator, "a release could not be published to where others read it", "as the hint says; publishing again goes on where it stopped";
    NoCluster "E6001" Operator, "the program was built without workers", "build it with the feature `cluster`, as `cargo build` does by itself";
    WorkerDiffers "E6002" Operator, "a worker and the run that asks it are not the same program", "install the same version on both";
    WorkerRefusesToken "E6003" Operator, "a worker refuses the token", "give both the same with --token-file";
    WorkerUnsafe "E6004" Operator, "a worker could be used or heard by others on the network", "give it a token and a certificate, or keep it on 127.0.0.1";
    WorkerCannotListen "E6005" Operator, "a worker cannot listen", "take another address with --listen; look at the certificate and its key";
    WorkerSilent "E6006" Operator, "a worker does not answer", "nothing for this run, which goes on without it; start it again";
    WorkerRefusesPlan "E6007" Operator, "a worker refuses a part of a statement: its data folder is not that of the run", "give both the same folder with --data";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}
