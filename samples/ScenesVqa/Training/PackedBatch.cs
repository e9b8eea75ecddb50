using EosMLNet.Models;
using EosMLNet.Tensors;
using ScenesVqa.Questions;
using TorchSharp;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>
/// One sequence an image: the prompt's head with the visual tokens once, then every question with its answer. A question sees the head and itself only, and
/// its positions go on where the head ends, so the logits are those of separate sequences at a fraction of the work.
/// The tensors belong to the caller's dispose scope.
/// </summary>
internal sealed class PackedBatch
{
    private const int Padding = -1; // a segment of its own
    private const int VisualTokens = 144;

    private sealed record Row(List<int> Ids, List<int> Positions, List<int> Segments);

    private readonly Tensor ids, pixels, positions, segments;
    private readonly int headLength, imageStart;

    /// <param name="images">Images, each with one question at least.</param>
    /// <param name="processor">The checkpoint's prompt and tokenizer.</param>
    public PackedBatch(IReadOnlyList<ImageQuestions> images, VisionLanguageProcessor processor)
    {
        var head = Head(processor);
        (headLength, imageStart) = (head.Length, Array.IndexOf(head, Vocabulary.Image));
        var rows = new List<Row>();
        List<(int Row, int Position, int Id, int Question)> targets = [];
        foreach (var image in images)
        {
            var row = new Row([.. head], [.. Enumerable.Range(0, headLength)], [.. Enumerable.Repeat(0, headLength)]);
            for (var i = 0; i < image.Questions.Count; i++)
                Append(row, image.Questions[i], i + 1);
            rows.Add(row);
        }

        Length = rows.Max(r => r.Ids.Count);
        Targets = [.. targets];
        pixels = processor.Images.ToTensor([.. images.Select(p => p.Image)]);
        ids = Table(rows.Select(r => r.Ids), Vocabulary.Pad);
        positions = Table(rows.Select(r => r.Positions), 0);
        segments = Table(rows.Select(r => r.Segments), Padding);

        void Append(Row row, SceneQuestion question, int segment)
        {
            var prompt = processor.EncodePrompt(question.Text).AsSpan(headLength - VisualTokens + 1);
            var answer = processor.EncodeAnswer(question.Answer);
            var first = row.Ids.Count + prompt.Length - 1; // the token that the answer's first token follows
            for (var i = 0; i < answer.Length; i++)
                targets.Add((rows.Count, first + i, answer[i], QuestionCount));
            row.Ids.AddRange([.. prompt, .. answer.AsSpan(0, answer.Length - 1)]);
            var length = row.Ids.Count - row.Positions.Count;
            row.Positions.AddRange(Enumerable.Range(headLength, length));
            row.Segments.AddRange(Enumerable.Repeat(segment, length));
            QuestionCount++;
        }
    }

    /// <summary>Tokens of the longest row, T.</summary>
    public int Length { get; }

    /// <summary>Questions of all images.</summary>
    public int QuestionCount { get; private set; }

    /// <summary>What each answer token should be: row and position of the token before it, its id, and its question's number.</summary>
    public (int Row, int Position, int Id, int Question)[] Targets { get; }

    /// <summary>The ids that the answer tokens should have, (N).</summary>
    public Tensor TargetIds() => tensor(Targets.Select(t => (long)t.Id).ToArray());

    /// <summary>Runs the model on all rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tap">Receives the vision tower's intermediate results, if given.</param>
    /// <returns>The logits from which the answer tokens are predicted, (N, vocabulary).</returns>
    public Tensor Logits(VisionLanguageModel model, Action<string, Tensor>? tap = null)
    {
        using var scope = NewDisposeScope();
        var visual = model.EncodeImages(pixels, tap).Stacked();                                           // (B, n, d)
        var afterImage = imageStart + visual.shape[1];
        var hidden = cat([
            model.EmbedTokens(ids.narrow(1, 0, imageStart)), visual, model.EmbedTokens(ids.narrow(1, afterImage, Length - afterImage))], dim: 1);
        var rotary = model.Rotary(positions);
        var bias = Bias();
        for (var layer = 0; layer < model.LayerCount; layer++)
            hidden = model.RunLayer(layer, hidden, rotary, bias);                                     // (B, T, d)
        var rows = tensor(Targets.Select(t => (long)t.Row * Length + t.Position).ToArray());
        var asked = hidden.view(-1, hidden.shape[2]).index_select(0, rows).unsqueeze(0);              // (1, N, d)
        return model.Logits(asked).squeeze(0).MoveToOuterDisposeScope();
    }

    // (B, 1, T, T): −∞ where a token may not look: ahead, and into other questions.
    private Tensor Bias()
    {
        using var scope = NewDisposeScope();
        var keys = segments.unsqueeze(1);                                                             // (B, 1, T)
        var same = segments.unsqueeze(2).eq(keys);                                                    // (B, T, T)
        var order = Scalars.Arange(Length);
        var visible = same.logical_or(keys.Eq(0)).logical_and(order.unsqueeze(0).le(order.unsqueeze(1)));
        return zeros(visible.shape).MaskedFill(visible.logical_not(), double.NegativeInfinity).unsqueeze(1).MoveToOuterDisposeScope();
    }

    // The prompt up to the last visual token.
    private static int[] Head(VisionLanguageProcessor processor)
    {
        var prompt = processor.EncodePrompt("");
        return [.. prompt[..Array.IndexOf(prompt, Vocabulary.Image)], .. Enumerable.Repeat(Vocabulary.Image, VisualTokens)];
    }

    private Tensor Table(IEnumerable<List<int>> rows, int filler)
    {
        var table = rows.SelectMany(row => row.Select(v => (long)v).Concat(Enumerable.Repeat((long)filler, Length - row.Count))).ToArray();
        return tensor(table).view(-1, Length);
    }
}
