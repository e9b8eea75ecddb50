namespace Fuzz.Targets;

/// <summary>The tokenizer of Llama and its kin: a protobuf message.</summary>
internal sealed class SentencePieceTarget : TokenizerTarget
{
    internal override string Reader => "tokenizer.model (SentencePiece)";

    internal override string FileName => "tokenizer.model";
}
