namespace Fuzz.Targets;

/// <summary>The settings beside a tokenizer, which name its special tokens and may have a chat template.</summary>
internal sealed class TokenizerSettingsTarget : TokenizerTarget
{
    internal override string Reader => "tokenizer_config.json";

    internal override string FileName => "tokenizer_config.json";

    internal override void Prepare(string folder) =>
        File.Copy(Path.Combine(Engine.Corpus.Folder(new TokenizerJsonTarget()), "small.json"), Path.Combine(folder, "tokenizer.json"));

    internal override long Declared(ReadOnlySpan<byte> input) => ChatTemplateTarget.Garbage;

    internal override void Read(string folder)
    {
        base.Read(folder);
        ChatTemplate.Choose(folder, []);
    }
}
