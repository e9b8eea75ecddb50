namespace EosMLNet.Checkpoints;

/// <summary>One prompt with each image expanded to its visual tokens.</summary>
/// <param name="Ids">Token ids; 0 in the place of visual tokens, whose own id may lie outside the vocabulary.</param>
/// <param name="Stretches">Where visual tokens begin, and how many: one stretch an image, or several of a video with text between its
/// frames.</param>
/// <param name="InstructionStart">Where the text behind the last image begins.</param>
public sealed record PromptRow(long[] Ids, IReadOnlyList<(int Start, int Count)> Stretches, int InstructionStart)
{
    /// <summary>Reads prompts that hold each image once, or once for each of its visual tokens.</summary>
    /// <param name="model">The model the prompts are for.</param>
    /// <param name="prompts">Token ids of each row.</param>
    /// <param name="counts">The number of visual tokens of each image, or of each of its stretches, in order of appearance.</param>
    /// <exception cref="EosException">EOS1015: no tokens, too many, an unknown id, or other images than those given.</exception>
    public static PromptRow[] Parse(ModelConfig model, IReadOnlyList<int[]> prompts, IReadOnlyList<int> counts)
    {
        int[] placeholders = [.. prompts.Select(prompt => prompt.Count(model.VisualTokenIds.Contains))];
        var (found, expanded) = (placeholders.Sum(), counts.Sum());
        if (found != counts.Count && found != expanded)
            throw Mismatch(model, found, counts);
        var each = found != expanded; // one token an image; otherwise one a visual token
        var rows = new PromptRow[prompts.Count];
        var image = 0;
        for (var row = 0; row < rows.Length; row++)
        {
            var images = new List<int>();
            for (var left = placeholders[row]; left > 0; left -= each ? 1 : counts[image - 1])
            {
                if (image == counts.Count || !each && counts[image] > left)
                {
                    throw Fault(row,
                        $"has {left} image tokens left for an image of {(image < counts.Count ? counts[image] : 0)} visual tokens; " +
                        "expected one token an image, or one for each visual token");
                }
                images.Add(counts[image++]);
            }
            rows[row] = Expand(model, prompts[row], images, each, row);
        }
        return rows;
    }

    private static PromptRow Expand(ModelConfig model, IReadOnlyList<int> prompt, IReadOnlyList<int> images, bool each, int row)
    {
        var ids = new List<long>();
        var starts = new List<(int Start, int Count)>();
        var instruction = 0;
        for (var i = 0; i < prompt.Count;)
        {
            if (!model.VisualTokenIds.Contains(prompt[i]))
            {
                if (prompt[i] < 0 || prompt[i] >= model.Text.VocabularySize)
                    throw Fault(row,
                        $"has the token id {prompt[i]}, but the vocabulary has {model.Text.VocabularySize} entries; use the checkpoint's " +
                        "own tokenizer");
                ids.Add(prompt[i++]);
                continue;
            }
            var count = images[starts.Count];
            if (!each && prompt.Skip(i).Take(count).Any(id => id != prompt[i]))
                throw Fault(row, $"has an image of {count} visual tokens at position {i}, but fewer image tokens in a row there");
            starts.Add((ids.Count, count));
            ids.AddRange(Enumerable.Repeat(0L, count));
            instruction = ids.Count;
            i += each ? 1 : count;
        }
        if (ids.Count == 0)
            throw Fault(row, "is empty; give it at least one token");
        if (ids.Count > model.Text.MaxPositions)
            throw Fault(row, $"has {ids.Count} tokens, but the model was made for {model.Text.MaxPositions}; shorten the question");
        return new PromptRow([.. ids], starts, instruction);
    }

    private static EosException Mismatch(ModelConfig model, int found, IReadOnlyList<int> counts)
    {
        var sizes = counts.Distinct().ToArray() is [var only] ? $" of {only} visual tokens each" : "";
        return new(EosErrors.ModelInput, counts.Count == 0
            ? $"The prompts hold {found} image tokens, but no image was given; give one image for each image token, or for each " +
                $"{model.UsualLayout(null).Count}."
            : $"The prompts hold {found} image tokens, but {counts.Count} images{sizes} were given; expected {counts.Count}, one " +
                "an image, " +
                $"or {counts.Sum()}, one a visual token.");
    }

    private static EosException Fault(int row, string what) => new(EosErrors.ModelInput, $"The prompt in row {row} of the batch {what}.");
}
