// SPDX-License-Identifier: Apache-2.0
#include "policy/grammar_words.h"

#include <array>
#include <unordered_map>

namespace listwarden::words {
namespace {

struct Row {
  std::uint32_t is;
  std::string_view words;
};

constexpr Row kRows[] = {
    {kReader | kPronoun, "you u ya ye yourself yourselves yours thou youre y'all"},
    {kReader, "your ur"},
    {kOneself | kPronoun, "i me we us myself ourselves mine ours"},
    {kOneself, "my our"},
    {kPerson | kPronoun, "he she him himself herself someone somebody anyone anybody whoever whom one"},
    {kPerson | kPronoun | kRelative, "who"},
    {kPerson, "his her hers"},
    {kGroup | kPronoun, "they them themselves theirs people everyone everybody folk folks"},
    {kGroup, "their"},
    {kThing | kPronoun, "it itself this which what something anything everything nothing"},
    {kTitle, "dr prof professor mr mrs ms miss sir dame lady lord doctor mx"},
    // Persons by work, office and kin.
    {kPerson,
     "boss manager supervisor chair chairman chairwoman chairperson president secretary treasurer editor "
     "author "
     "reviewer referee moderator administrator admin officer director head lead leader colleague coworker "
     "student "
     "trainee apprentice junior senior registrar consultant physicist engineer scientist technologist "
     "technician "
     "radiographer radiologist oncologist clinician physician surgeon nurse dosimetrist lecturer teacher "
     "tutor "
     "examiner assessor speaker presenter organiser applicant candidate member owner vendor's salesman "
     "saleswoman salesperson rep representative receptionist cleaner porter developer programmer maintainer "
     "user "
     "poster man woman guy bloke chap fellow lad girl boy lady gentleman person human individual kid child "
     "adult "
     "husband wife partner mother father mum dad brother sister son daughter friend enemy neighbour postdoc "
     "researcher undergraduate graduate academic expert newcomer newbie beginner novice starter locum "
     "contractor "
     "volunteer employee employer intern minister politician immigrant migrant foreigner refugee muslim jew "
     "christian hindu sikh atheist catholic lesbian homosexual bisexual transsexual pensioner successor "
     "predecessor deputy assistant"},
    // Many persons, and groups the Equality Act protects.
    {kGroup,
     "bosses managers supervisors presidents editors authors reviewers referees moderators administrators "
     "admins "
     "officers directors leaders colleagues coworkers students trainees apprentices juniors seniors "
     "registrars "
     "consultants physicists engineers scientists technologists technicians radiographers radiologists "
     "oncologists clinicians physicians doctors surgeons nurses dosimetrists lecturers teachers examiners "
     "assessors speakers organisers applicants candidates members users posters salesmen developers "
     "programmers "
     "maintainers men women guys blokes lads girls boys ladies gentlemen persons humans individuals kids "
     "children "
     "adults mothers fathers mums dads friends neighbours postdocs researchers undergraduates graduates "
     "academics "
     "experts newcomers newbies beginners novices starters locums contractors volunteers employees interns "
     "ministers politicians immigrants migrants foreigners refugees muslims jews christians hindus sikhs "
     "atheists "
     "catholics protestants gays lesbians homosexuals bisexuals transsexuals pensioners blacks whites asians "
     "africans indians chinese arabs poles romanians europeans americans mexicans pakistanis nigerians "
     "jamaicans "
     "italians germans french spaniards irish scots welsh english turks greeks russians ukrainians syrians "
     "somalis travellers gypsies roma disabled elderly blind deaf autistic youngsters millennials boomers "
     "females males staff patients parents families assistants"},
    {kOrganisation,
     "company companies firm supplier vendor manufacturer committee council board department departments "
     "university hospital hospitals trust institute society association charity college agency regulator "
     "government ministry party union office team teams group management ltd plc inc gmbh llc corp nhs "
     "faculty "
     "editorial secretariat organisation organization body branch"},
    {kThing,
     "code program programme software system device machine linac scanner detector phantom chamber paper "
     "report "
     "article argument idea proposal plan question answer result results data method model protocol "
     "procedure "
     "form website page manual guideline guidance document meeting talk design interface bug error approach "
     "policy list thread post message email mail"},
    {kCopula,
     "is are was were be been being am 's 're 'm seem seems seemed look looks looked sound sounds sounded "
     "feel "
     "feels felt remain remains remained become becomes became isn't aren't wasn't weren't ain't isnt arent "
     "wasnt acting behave behaves behaved behaving act acts acted"},
    {kNegator,
     "not never no nor neither without hardly scarcely cannot nobody none nothing nowhere isn't aren't "
     "wasn't "
     "weren't ain't isnt arent wasnt dont cant wont doesnt didnt wouldnt shouldnt couldnt noone refuse "
     "refuses "
     "refused deny denies denied"},
    {kSpeech,
     "say says saying tell tells telling call calls calling describe describes describing label labels "
     "labelling "
     "accuse accuses accusing claim claims claiming allege alleges write writes writing shout shouts "
     "shouting "
     "scream joke jokes joking imply implies implying suggest suggests suggesting insinuate insinuates "
     "insinuating "
     "comment comments remark remarks complain complains complaining complaint complaints insult insults "
     "insulting "
     "abuse refer refers referring argue argues arguing insist insists name names naming brand brands "
     "branding "
     "mutter mutters allegation allegations rumour rumours quote quotes quoting report reports reporting "
     "mock "
     "mocks mocking hear hears assume assumes assuming treat treats treating dismiss dismisses "
     "dismissing address addresses announce announces"},
    {kSpeech | kPast,
     "said told called described labelled labeled accused claimed alleged wrote written shouted screamed "
     "yelled "
     "joked implied suggested insinuated commented remarked complained insulted referred argued insisted "
     "named "
     "branded muttered heard quoted reported mocked replied answered responded posted tweeted whispered "
     "sneered "
     "dubbed assumed treated dismissed addressed announced texted emailed asserted declared considered"},
    {kAddressing,
     "call calls called calling label labels labelled labelling brand branded name named make makes made "
     "making "
     "consider considers considered find finds found think thinks dub dubbed"},
    {kOpinion,
     "think thinks thought thinking believe believes believed believing suggest suggesting suggests "
     "suggested say "
     "says saying said mean means meant imply implying implies implied suppose supposes consider considers "
     "call "
     "calls calling called claim claiming claims claimed assume assuming feel feels accuse accusing find "
     "true "
     "case want wants wanted fair agree agrees label treat regard view deserve deserves"},
    {kFactive,
     "know knows knew care cares help helps surprised surprising surprise realise realize forget forgets "
     "regret "
     "why how because matter matters wonder notice stand bear understand because"},
    {kAnybody, "everyone everybody people nobody all anyone anybody everybody's they"},
    {kBreak,
     "but because although though whereas however since so yet otherwise therefore hence thus while then"},
    {kArticle, "a an any such some"},
    {kDefinite, "the these those that"},
    {kModifier,
     "so too very really just quite simply clearly obviously plainly frankly utterly totally completely "
     "absolutely "
     "entirely thoroughly truly all both always still even also rather pretty fairly bit little as like such "
     "a an "
     "the absolute total complete utter fucking bloody damn damned goddamn freaking effing sodding such "
     "nothing "
     "more than real right proper complete perfect more most less least only merely apparently evidently "
     "seriously honestly actually basically probably perhaps maybe sort kind of bunch lot pack load bit an "
     "old "
     "big biggest such another being been be have has had"},
    {kCondition, "if unless suppose supposing imagine assuming provided lest whenever"},
    {kModal, "would could might may 'd wouldn't couldn't mightn't"},
    {kCondemning,
     "unacceptable inacceptable inappropriate wrong harassment abuse abusive offensive hurtful racist sexist "
     "homophobic transphobic ableist discriminatory bigoted prejudiced prejudice myth myths stereotype "
     "stereotypes "
     "nonsense rubbish untrue false libel slander defamatory bullying unprofessional disrespectful shameful "
     "disgraceful appalled shocked upset hurt sorry apologise apologize apologised apologies apology condemn "
     "condemns condemned deplore reject rejects unfair unkind rude intolerable tolerate tolerated forbidden "
     "banned misconduct dismissed sanctioned complaint complain reported outdated nasty vile hateful bigotry "
     "hatred hate-speech disagree stop objectionable derogatory demeaning degrading"},
    {kMention,
     "word words term terms phrase phrases expression expressions slur slurs insult insults epithet wording "
     "spelling string keyword vocabulary name nickname label adjective noun quote quotation"},
    {kPreposition,
     "of in at from for on with to by about into over under between among against after before through "
     "during "
     "without within near behind beside beyond towards upon per via"},
    {kFunction,
     "and or nor but if when where while that which who whom whose than then because so as at by for from in "
     "into "
     "of on onto out over to up with without about after before against again enough too today now here "
     "there "
     "anymore any more ever never always is are was were be been am do does did has have had will would can "
     "could "
     "should may might must not no yes please all both either neither each every really indeed beyond it he "
     "she "
     "they you i we me him her them us this these those sometimes often usually tonight yesterday tomorrow "
     "thanks thank regards cheers although though since until unless rather"},
    {kRelative, "whoever whose"},
    {kAdjective,
     "stupid dumb thick dim dense mad insane crazy deranged useless worthless clueless pathetic idiotic "
     "moronic "
     "lazy hopeless ignorant incompetent ridiculous laughable silly foolish daft sad nasty rude weak slow "
     "old ugly "
     "fat blind deaf lame retarded senile past-it inferior superior bad poor awful terrible appalling "
     "dreadful "
     "rotten crap shit rubbish dirty filthy evil sick twisted best better great excellent"},
    {kAsking, "whether wonder wondering wondered ask asks asked asking"},
};

constexpr std::string_view kGivenNames =
    "aaron abdul abdullah adam adrian aisha alan alastair albert alex alexander alexandra ali alice alicia "
    "alison "
    "amanda amelia amina amir amy andrea andrew andy angela anita ann anna anne anthony anton arthur ashok "
    "ayesha "
    "barbara barry ben benjamin bernard beth betty bill bob brenda brian bridget bruce callum carl carla "
    "carol "
    "caroline catherine cathy charles charlie charlotte chen chloe chris christina christine christopher "
    "claire "
    "clare colin craig daniel daniela dave david dawn deborah debbie denise dennis derek diana diane dmitri "
    "donald donna dorothy douglas duncan edward eileen elaine eleanor elena elizabeth ellen emily emma eric "
    "erica "
    "esther eva evelyn fatima fiona florence frances francis frank fred freya gareth gary gavin geoff "
    "geoffrey "
    "george georgina gerald gillian giovanni giulia gordon graham greg gregory gwen hannah harold harriet "
    "harry "
    "hassan heather helen helena henry hilary howard hugh hussain ian ibrahim imran ingrid irene isabel ivan "
    "jack "
    "jackie jacob jacqueline james jane janet janice jason jean jeff jennifer jenny jeremy jessica jill jim "
    "jo "
    "joan joanna joanne joe joel john jonathan jose joseph josephine joyce juan judith judy julia julian "
    "julie "
    "karen kate katherine kathleen kathryn katie keith kelly ken kenneth kevin kim klaus krishna kumar laura "
    "lauren laurence lee leila len leo leonard lesley leslie liam lily linda lisa liz lorraine louise lucy "
    "luke "
    "lynn malcolm margaret maria marie mario marion marjorie marta martha martin mary matthew maureen megan "
    "mei "
    "melanie michael michelle mike mohamed mohammed mohammad molly monica muhammad nadia nancy natalie "
    "natasha "
    "neil nicholas nicola nicole nigel nina noor norman olga oliver olivia omar oscar owen pamela patricia "
    "patrick "
    "paul paula pauline pedro penelope penny peter phil philip philippa phoebe pierre piotr priya rachel "
    "rahul "
    "raj rajesh ralph raymond rebecca reza rhys richard rita robert robin roger roland ronald rosemary ross "
    "roy "
    "russell ruth ryan sally salma sam samantha samir samuel sandra sanjay sarah sara sean sergei shabnam "
    "sharon "
    "sheila shirley simon siobhan sofia sonia sophie stefan stella stephanie stephen steve steven stuart sue "
    "sunil susan suzanne sylvia tanya tariq teresa theresa thomas tim timothy tom tony tracey tracy ursula "
    "valerie vanessa vera veronica victor victoria vikram vincent virginia walter wang wei wendy william "
    "yasmin "
    "yusuf yvonne zara zhang zoe";

using Lexicon = std::unordered_map<std::string_view, std::uint32_t>;

void Add(std::string_view row, std::uint32_t is, Lexicon* lexicon) {
  while (!row.empty()) {
    const auto blank = row.find(' ');
    (*lexicon)[row.substr(0, blank)] |= is;
    if (blank == std::string_view::npos) return;
    row.remove_prefix(blank + 1);
  }
}

const Lexicon& Known() {
  static const Lexicon lexicon = [] {
    Lexicon all;
    for (const Row& row : kRows) Add(row.words, row.is, &all);
    Add(kGivenNames, kPerson | kName, &all);
    return all;
  }();
  return lexicon;
}

constexpr std::array<std::string_view, 9> kAdjectiveEndings = {"ous", "less", "ful", "able", "ible",
                                                               "ic",  "ish",  "ant", "ent"};

}  // namespace

std::uint32_t ClassOf(std::string_view word) {
  const auto found = Known().find(word);
  if (found != Known().end()) return found->second;
  if (word.size() > 3 && word.ends_with("n't")) return kNegator;
  if (word.size() > 5) {
    for (const std::string_view ending : kAdjectiveEndings) {
      if (word.ends_with(ending)) return kAdjective;
    }
  }
  return 0;
}

}  // namespace listwarden::words
