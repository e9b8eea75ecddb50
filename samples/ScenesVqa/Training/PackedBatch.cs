using EosMLNet.Models;
using EosMLNet.Tensors;
using ScenesVqa.Questions;
using TorchSharp;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>
/// One sequence an image: what all prompts begin with, the visual tokens among it, once, then every question with its answer. A question sees
/// that head and itself only, and its positions go on where the head ends, so the logits are those of separate sequences at a fraction of the
/// work. The tensors belong to the caller's dispose scope.
/// </summary>
internal sealed class PackedBatch
{
    private const int Padding = -1; // a segment of its own

    // Positions are those behind the head only.
    private sealed record Row(List<int> Ids, List<int> Positions, List<int> Segments);

    private readonly VisionLanguageModel model;
    private readonly VisionInput input;
    private readonly Tensor ids, positions, segments;
    private readonly int imageStart, visualTokens;
    private readonly Tensor[]? seen;
    private readonly Backbone backbone;

    /// <param name="images">Images of one size, each with one question at least.</param>
    /// <param name="processor">The checkpoint's prompt and tokenizer.</param>
    /// <param name="backbone">What the model was made by.</param>
    /// <param name="model">The model that they are for.</param>
    public PackedBatch(IReadOnlyList<ImageQuestions> images, VisionLanguageProcessor processor, Backbone backbone, VisionLanguageModel model)
    {
        (this.backbone, this.model) = (backbone, model);
        seen = images.All(image => image.Seen is not null) ? [.. images.Select(image => image.Seen!)] : null;
        input = processor.Images.ToInput([.. images.Take(seen is null ? images.Count : 1).Select(p => p.Image)]);
        var layout = model.LayoutOf(input.Images[0]);
        visualTokens = (seen is null ? null : images[0].SeenAt)?.Count ?? layout.Count;
        var prompts = images.Select(image => image.Questions.Select(q => processor.EncodePrompt(q.Text)).ToArray()).ToArray();
        var first = prompts[0][0];
        imageStart = Array.IndexOf(first, model.ImageTokenId);
        var shared = prompts.Min(row => row.Min(prompt => Math.Min(prompt.Length - 1, prompt.AsSpan().CommonPrefixLength(first))));
        int[] head = [.. first[..imageStart], .. Enumerable.Repeat(model.ImageTokenId, visualTokens), .. first[(imageStart + 1)..shared]];
        var (all, behindImage) = model.PositionsOf(layout);
        var behindHead = imageStart + (int)behindImage + shared - imageStart - 1;
        var rows = new List<Row>();
        List<(int Row, int Position, int Id, int Question)> targets = [];
        foreach (var (image, ofImage) in images.Zip(prompts))
        {
            var row = new Row([.. head], [], [.. Enumerable.Repeat(0, head.Length)]);
            for (var i = 0; i < image.Questions.Count; i++)
                Append(row, ofImage[i].AsSpan(shared), processor.EncodeAnswer(image.Questions[i].Answer), i + 1);
            rows.Add(row);
        }

        Length = rows.Max(r => r.Ids.Count);
        Targets = [.. targets];
        ids = Table(rows.Select(r => r.Ids), model.PadTokenId);
        positions = Positions(rows);
        segments = Table(rows.Select(r => r.Segments), Padding);

        void Append(Row row, ReadOnlySpan<int> question, int[] answer, int segment)
        {
            var before = row.Ids.Count + question.Length - 1; // the token that the answer's first token follows
            for (var i = 0; i < answer.Length; i++)
                targets.Add((rows.Count, before + i, answer[i], QuestionCount));
            row.Ids.AddRange([.. question, .. answer.AsSpan(0, answer.Length - 1)]);
            var length = question.Length + answer.Length - 1;
            row.Positions.AddRange(Enumerable.Range(behindHead, length));
            row.Segments.AddRange(Enumerable.Repeat(segment, length));
            QuestionCount++;
        }

        Tensor Positions(List<Row> made)                                                                      // (axes, B, T) or (B, T)
        {
            var axes = model.PositionAxes;
            var tables = Enumerable.Range(0, axes).Select(axis =>
            {
                int[] ofImage = [.. all.Skip(axis * layout.Count).Take(layout.Count).Select(p => imageStart + (int)p)];
                return Table(made.Zip(images, (row, image) => (List<int>)
                [
                    .. Enumerable.Range(0, imageStart), .. seen is null || image.SeenAt is null ? ofImage : image.SeenAt.Select(i => ofImage[i]),
                    .. Enumerable.Range(imageStart + (int)behindImage, shared - imageStart - 1), .. row.Positions,
                ]), 0);
            }).ToArray();
            return axes == 1 ? tables[0] : stack(tables);
        }
    }

    /// <summary>The name under which <see cref="Logits"/> taps the visual tokens that leave a decoder layer, (B, n, d).</summary>
    public static string LayerTap(int layer) => $"decoder.{layer}";

    /// <summary>Tokens of the longest row, T.</summary>
    public int Length { get; }

    /// <summary>Questions of all images.</summary>
    public int QuestionCount { get; private set; }

    /// <summary>What each answer token should be: row and position of the token before it, its id, and its question's number.</summary>
    public (int Row, int Position, int Id, int Question)[] Targets { get; }

    /// <summary>The ids that the answer tokens should have, (N).</summary>
    public Tensor TargetIds() => tensor(Targets.Select(t => (long)t.Id).ToArray());

    /// <summary>Runs the model on all rows.</summary>
    /// <param name="tap">Receives intermediate results, if given.</param>
    /// <returns>The logits from which the answer tokens are predicted, (N, vocabulary).</returns>
    public Tensor Logits(Action<string, Tensor>? tap = null)
    {
        using var scope = NewDisposeScope();
        var visual = seen is null ? model.EncodeImages(input, tap).Stacked() : backbone.Project(model, stack(seen)); // (B, n, d)
        var afterImage = imageStart + visualTokens;
        var hidden = cat([
            model.EmbedTokens(ids.narrow(1, 0, imageStart)), visual, model.EmbedTokens(ids.narrow(1, afterImage, Length - afterImage))], dim: 1);
        var rotary = model.Rotary(positions);
        var bias = Bias(hidden.dtype);
        for (var layer = 0; layer < model.LayerCount; layer++)
        {
            hidden = model.RunLayer(layer, hidden, rotary, bias);                                     // (B, T, d)
            tap?.Invoke(LayerTap(layer), hidden.narrow(1, imageStart, visualTokens));
        }
        var rows = tensor(Targets.Select(t => (long)t.Row * Length + t.Position).ToArray());
        var asked = hidden.view(-1, hidden.shape[2]).index_select(0, rows).unsqueeze(0);              // (1, N, d)
        return model.Logits(asked).squeeze(0).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    // (B, 1, T, T): −∞ where a token may not look: ahead, and into other questions.
    private Tensor Bias(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var keys = segments.unsqueeze(1);                                                             // (B, 1, T)
        var same = segments.unsqueeze(2).eq(keys);                                                    // (B, T, T)
        var order = Scalars.Arange(Length);
        var visible = same.logical_or(keys.Eq(0)).logical_and(order.unsqueeze(0).le(order.unsqueeze(1)));
        return zeros(visible.shape, type).MaskedFill(visible.logical_not(), double.NegativeInfinity).unsqueeze(1).MoveToOuterDisposeScope();
    }

    private Tensor Table(IEnumerable<List<int>> rows, int filler)
    {
        var table = rows.SelectMany(row => row.Select(v => (long)v).Concat(Enumerable.Repeat((long)filler, Length - row.Count))).ToArray();
        return tensor(table).view(-1, Length);
    }
}
