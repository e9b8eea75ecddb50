using System.Text.RegularExpressions;

namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// Makes answers comparable as the VQA challenge does (https://visualqa.org/evaluation.html): lower case, no punctuation, number words as
/// digits, no articles, apostrophes in contractions.
/// </summary>
internal static partial class VqaAnswerText
{
    private const string Punctuation = ";/[]\"{}()=+\\_-><@`,?!";
    private static readonly string[] Articles = ["a", "an", "the"];
    private static readonly Dictionary<string, string> Numbers = new()
    {
        ["none"] = "0", ["zero"] = "0", ["one"] = "1", ["two"] = "2", ["three"] = "3", ["four"] = "4",
        ["five"] = "5", ["six"] = "6", ["seven"] = "7", ["eight"] = "8", ["nine"] = "9", ["ten"] = "10",
    };

    // Each is also found with one or all of its apostrophes left out. Words that are other words without it (its, well, were, ill, shed)
    // are not here.
    private static readonly Dictionary<string, string> Contractions = (
        "ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't haven't he'd he'd've he's how'd " +
        "how'll how's i'd've i'm i've isn't it'd it'd've it'll ma'am mightn't mightn't've might've mustn't must've needn't not've " +
        "o'clock oughtn't shan't she'd've should've shouldn't shouldn't've somebody'd somebody'd've somebody'll somebody's someone'd " +
        "someone'd've someone'll someone's something'd something'd've something'll that's there'd there'd've there're there's they'd " +
        "they'd've they'll they're they've 'twas wasn't we'd've we've weren't what'll what're what's what've when's where'd where's " +
        "where've who'd who'd've who'll who's who've why'll why're why's won't would've wouldn't wouldn't've y'all y'all'll you'd " +
        "you'd've you'll you're you've")
        .Split(' ').SelectMany(right => Without(right).Select(wrong => (wrong, right))).DistinctBy(pair => pair.wrong)
        .ToDictionary(pair => pair.wrong, pair => pair.right);

    internal static string Normalise(string answer)
    {
        var text = answer.ToLowerInvariant().Replace(",", "").Replace("?", "").Replace("'s", " 's").Replace('\n', ' ').Replace('\t', ' ')
            .Trim();
        var words = WithoutPunctuation(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(word => Numbers.GetValueOrDefault(word, word)).Where(word => !Articles.Contains(word))
            .Select(word => Contractions.GetValueOrDefault(word, word));
        return string.Join(' ', words);
    }

    // A mark beside a space vanishes, one between letters becomes a space; a full stop stays only before a digit.
    private static string WithoutPunctuation(string text)
    {
        var result = text;
        foreach (var mark in Punctuation.Where(mark => text.Contains(mark)))
            result = result.Replace($"{mark}", text.Contains($"{mark} ") || text.Contains($" {mark}") ? "" : " ");
        return FullStop().Replace(result, "");
    }

    private static IEnumerable<string> Without(string contraction) =>
        Enumerable.Range(0, contraction.Length).Where(i => contraction[i] == '\'').Select(i => contraction.Remove(i, 1))
            .Append(contraction.Replace("'", ""));

    [GeneratedRegex(@"\.(?!\d)")]
    private static partial Regex FullStop();
}
