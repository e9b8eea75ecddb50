using System.Globalization;

namespace EosMLNet.Tool.Ask;

/// <summary>An answer, and what it took.</summary>
/// <param name="Answer">The text.</param>
/// <param name="Score">The mean probability of its tokens.</param>
/// <param name="Tokens">Its tokens, without the one that ends it.</param>
/// <param name="SecondsToFirstToken">From the images to the first token, the encoder included.</param>
/// <param name="Seconds">From the images to the last token.</param>
/// <param name="VisualTokens">Visual tokens of each unreduced image.</param>
/// <param name="Ledger">What the plan makes of them; null without an image.</param>
/// <param name="ImagePadding">What became of images that are not square, where the model asks.</param>
internal sealed record AskResult(
    string Answer, double Score, int Tokens, double SecondsToFirstToken, double Seconds, IReadOnlyList<int> VisualTokens,
    TokenLedger? Ledger, ImagePadding ImagePadding)
{
    /// <summary>A sentence or two for people.</summary>
    /// <param name="longest">The most tokens that were allowed.</param>
    internal string Summary(int longest)
    {
        var culture = CultureInfo.InvariantCulture;
        var time = string.Create(culture, $"{Tokens} token{(Tokens == 1 ? "" : "s")} in {Seconds:0.00} s, the first after " +
            $"{SecondsToFirstToken:0.00} s.");
        if (Tokens == longest)
            time += $" The answer was cut off at {longest} tokens; --max-new-tokens allows more.";
        if (Ledger is not { } ledger)
            return time;
        var (each, all) = (ledger.Mean * VisualTokens.Count, VisualTokens.Sum());
        return each >= all ? string.Create(culture, $"{time} {all} visual tokens, none of them saved.")
            : string.Create(culture, $"{time} A layer sees {each:0.#} of {all} visual tokens: {1 - ledger.MacsRatio:0 %} of the " +
                $"decoder's work on the prompt is saved, and {1 - ledger.KvBytesRatio:0 %} of its cache.");
    }
}
