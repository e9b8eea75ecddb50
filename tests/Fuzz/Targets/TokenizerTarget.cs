namespace Fuzz.Targets;

/// <summary>A file of a tokenizer: it is read, a text is made ids, and those are made text.</summary>
internal abstract class TokenizerTarget : FuzzTarget
{
    private const string Text = "What colour is the <image> left of it? Äéß 漢字 😀\u0301\n\t000   <0x41></s>\ud800.";

    internal override void Read(string folder)
    {
        var tokenizer = TextTokenizer.Load(folder, []);
        int[] ids = [.. tokenizer.Encode(Text), .. tokenizer.EncodeContinuation("yes"), .. tokenizer.Begin(1), -1, int.MaxValue];
        tokenizer.Decode(ids);
        foreach (var token in tokenizer.SpecialTokens.Keys)
            tokenizer.Strips(token);
    }
}
