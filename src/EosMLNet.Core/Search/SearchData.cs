using EosMLNet.Data;
using EosMLNet.Models;

namespace EosMLNet.Search;

/// <summary>Questions packed into rows, and the pictures that they are about.</summary>
internal sealed record SearchData(IReadOnlyList<PackedRow> Rows, PictureCache Pictures, string Fingerprint) : IDisposable
{
    /// <summary>Tokenises a dataset and packs it.</summary>
    /// <exception cref="EosException">EOS1012: no rows; EOS1015: a prompt without the picture's tokens.</exception>
    internal static SearchData Of(VisionLanguageModel model, VisionLanguageProcessor processor, VqaDataset data, int questionsPerRow, long cacheBytes)
    {
        if (data.Examples.Count == 0)
            throw new EosException(EosErrors.EmptyDataset, "The dataset has no rows; a search needs some questions with answers. Check the file or the column names.");
        var rows = PackedRow.Pack(data.Examples.Select(example => Tokenise(model, processor, example)), questionsPerRow);
        return new SearchData(rows, new PictureCache(model, data, cacheBytes), data.Fingerprint);
    }

    private static (int, int[], PackedRow.Segment) Tokenise(VisionLanguageModel model, VisionLanguageProcessor processor, VqaExample example)
    {
        var prompt = processor.EncodePrompt(example.Question);
        int first = Array.IndexOf(prompt, model.ImageTokenId), last = Array.LastIndexOf(prompt, model.ImageTokenId);
        if (first < 0 || last - first + 1 != model.VisualTokens)
        {
            throw new EosException(EosErrors.ModelInput, $"The prompt of “{example.Question}” has {(first < 0 ? 0 : last - first + 1)} image tokens; expected {model.VisualTokens} in one run. " +
                "Check the prompt template and that the question holds no <image>.");
        }
        return (example.Picture, prompt[..first], new PackedRow.Segment(prompt[(last + 1)..], processor.EncodeAnswer(example.Answer)));
    }

    /// <inheritdoc/>
    public void Dispose() => Pictures.Dispose();
}
