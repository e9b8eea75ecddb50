namespace Fuzz.Targets;

/// <summary>A tokenizer as a list of its components.</summary>
internal sealed class TokenizerJsonTarget : TokenizerTarget
{
    internal override string Reader => "tokenizer.json";

    internal override string FileName => "tokenizer.json";
}
