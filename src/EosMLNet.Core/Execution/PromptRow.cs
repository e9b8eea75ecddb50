using EosMLNet.Models;

namespace EosMLNet.Execution;

/// <summary>One prompt with each image expanded to its visual tokens.</summary>
/// <param name="Ids">Token ids; 0 in the place of visual tokens, whose own id may lie outside the vocabulary.</param>
/// <param name="ImageStarts">Where each image's visual tokens begin.</param>
internal sealed record PromptRow(long[] Ids, IReadOnlyList<int> ImageStarts)
{
    /// <summary>Reads a prompt that holds each image once or once for each visual token.</summary>
    /// <exception cref="EosException">EOS1015: no tokens, too many, an unknown id, or an incomplete image.</exception>
    internal static PromptRow Parse(VisionLanguageModel model, IReadOnlyList<int> prompt, int row)
    {
        var ids = new List<long>();
        var starts = new List<int>();
        for (var i = 0; i < prompt.Count;)
        {
            if (prompt[i] != model.ImageTokenId)
            {
                if (prompt[i] < 0 || prompt[i] >= model.VocabularySize)
                    throw Fault(row, $"has the token id {prompt[i]}, but the vocabulary has {model.VocabularySize} entries; use the checkpoint's own tokenizer");
                ids.Add(prompt[i++]);
                continue;
            }
            var run = 1;
            while (i + run < prompt.Count && prompt[i + run] == model.ImageTokenId)
                run++;
            // Runs of whole images are already expanded; shorter runs hold one token an image.
            var images = run % model.VisualTokens == 0 ? run / model.VisualTokens : run;
            if (images == run && run > 1 && model.VisualTokens > 1)
                throw Fault(row, $"has {run} image tokens in a row; expected one an image, or {model.VisualTokens} an image");
            for (var image = 0; image < images; image++)
            {
                starts.Add(ids.Count);
                ids.AddRange(Enumerable.Repeat(0L, model.VisualTokens));
            }
            i += run;
        }
        if (ids.Count == 0)
            throw Fault(row, "is empty; give it at least one token");
        if (ids.Count > model.MaxPositions)
            throw Fault(row, $"has {ids.Count} tokens, but the model was made for {model.MaxPositions}; shorten the question");
        return new PromptRow([.. ids], starts);
    }

    private static EosException Fault(int row, string what) => new(EosErrors.ModelInput, $"The prompt in row {row} of the batch {what}.");
}
