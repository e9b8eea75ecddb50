namespace ScenesVqa.Training;

/// <summary>The fixed part of the vocabulary, as <see cref="BpeVocabulary"/> has it: special tokens, the bytes, then the merges; ids that are left over stay unused.</summary>
internal static class Vocabulary
{
    public const int Pad = 0, Bos = 1, Eos = 2, Image = 3;

    /// <summary>Tokens for the scenes' few words, and for other people's questions.</summary>
    public const int Size = 512, TextSize = 4096;
}
