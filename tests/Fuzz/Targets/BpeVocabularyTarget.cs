namespace Fuzz.Targets;

/// <summary>The tokens of a byte-level tokenizer.</summary>
internal sealed class BpeVocabularyTarget : TokenizerTarget
{
    internal override string Reader => "vocab.json (BPE)";

    internal override string FileName => "vocab.json";

    internal override void Prepare(string folder) => Write(folder, "merges.txt", "#version: 0.2\nt h\nth e\nĠ th\nĠ the\n");
}
