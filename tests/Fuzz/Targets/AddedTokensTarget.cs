namespace Fuzz.Targets;

/// <summary>The added tokens of an older tokenizer.</summary>
internal sealed class AddedTokensTarget : TokenizerTarget
{
    internal override string Reader => "added_tokens.json";

    internal override string FileName => "added_tokens.json";

    internal override void Prepare(string folder) => new TokenizerSettingsTarget().Prepare(folder);
}
