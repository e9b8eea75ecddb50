using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Several rows side by side, as tensors in the caller's dispose scope. A sequence is text · image · text · image … · text. The text in
/// front of the first image is padded on the left (P tokens), the text behind the last one on the right (S tokens). Everything between has
/// the same lengths in all rows. Each row has m images. The i-th images of all rows have equal layouts.
/// </summary>
internal sealed class PackedBatch
{
    // The segment number of padding, which nothing sees.
    private const long Padding = -1;
    // The segment number of images and the text in front of them, which every segment sees.
    private const long Shared = 0;

    private readonly Tensor prefixSegments, textSegments;                                 // (B, P), (B, S)
    private readonly Tensor[]? offsets;                                                   // (axes, n) each; null where tokens are counted
    private readonly long[] advances;                                                     // of each image, in positions
    private readonly int axes;

    /// <param name="rows">The rows, alike (<see cref="PackedRow.Alike"/>).</param>
    /// <param name="model">The model that they are for.</param>
    internal PackedBatch(IReadOnlyList<PackedRow> rows, VisionLanguageModel model)
    {
        Rows = rows;
        var (padding, device) = (model.PadTokenId, model.Device);
        Layouts = [.. rows[0].Images.Select(image => image.Layout)];
        var placed = Layouts.Select(layout => model.Shape.PositionsOf(layout, 0)).ToArray();
        var positionsOfImages = placed.Sum(image => image.Next);
        int b = rows.Count, p = rows.Max(r => r.Images[0].Before.Length), s = rows.Max(r => r.TextLength);
        long[] prefix = Filled(b * p, padding), prefixSegment = Filled(b * p, Padding), prefixPosition = new long[b * p];
        long[] text = Filled(b * s, padding), textSegment = Filled(b * s, Padding), textPosition = new long[b * s];
        List<long> answerRows = [], answers = [], answerQuestions = [], instructionEnds = [], questionImages = [];
        for (var row = 0; row < b; row++)
        {
            var first = rows[row].Images[0].Before;
            for (int i = 0, to = row * p + p - first.Length; i < first.Length; i++, to++)
                (prefix[to], prefixSegment[to], prefixPosition[to]) = (first[i], Shared, i);
            var at = row * s;
            for (var segment = 0; segment < rows[row].Segments.Count; segment++)
            {
                var (question, answer, _) = rows[row].Segments[segment];
                var position = positionsOfImages + rows[row].Images.Sum(image => image.Before.Length);
                for (var i = 0; i < question.Length + answer.Length; i++)
                {
                    text[at + i] = i < question.Length ? question[i] : answer[i - question.Length];
                    textSegment[at + i] = segment + 1;
                    textPosition[at + i] = position + i;
                }
                for (var i = 0; i < answer.Length; i++)
                {
                    answerRows.Add(at + question.Length - 1 + i);
                    answers.Add(answer[i]);
                    answerQuestions.Add(questionImages.Count);
                }
                instructionEnds.Add(at + question.Length - 1 - row * s);
                questionImages.Add(row);
                at += question.Length + answer.Length;
            }
        }
        Questions = questionImages.Count;
        PrefixIds = tensor(prefix, [b, p]).Upload(device);
        TextIds = tensor(text, [b, s]).Upload(device);
        PrefixPositions = tensor(prefixPosition, [b, p]).Upload(device);
        TextPositions = tensor(textPosition, [b, s]).Upload(device);
        PrefixLengths = tensor(rows.Select(r => (long)r.Images[0].Before.Length).ToArray(), [b, 1]).Upload(device);
        Between = [.. Enumerable.Range(1, Layouts.Count - 1).Select(i => tensor(
            rows.SelectMany(row => row.Images[i].Before).Select(id => (long)id).ToArray(), [b, rows[0].Images[i].Before.Length])
            .Upload(device))];
        AnswerRows = tensor(answerRows.ToArray()).Upload(device);
        Answers = tensor(answers.ToArray()).Upload(device);
        AnswerQuestions = answerQuestions;
        Families = [.. rows.SelectMany(row => row.Segments).Select(segment => segment.Family)];
        OneQuestionEach = rows.All(row => row.Segments.Count == 1);
        InstructionEnds = tensor(instructionEnds.ToArray()).Upload(device);
        prefixSegments = tensor(prefixSegment, [b, p]).Upload(device);
        textSegments = tensor(textSegment, [b, s]).Upload(device);
        IsText = textSegments.Gt(Padding);
        advances = [.. placed.Select(image => image.Next)];
        axes = model.PositionAxes;
        if (axes > 1)
            offsets = [.. placed.Select(image => tensor(image.Values, [axes, image.Values.Length / axes]).Upload(device))];

        static long[] Filled(int length, long value)
        {
            var array = new long[length];
            Array.Fill(array, value);
            return array;
        }
    }

    internal IReadOnlyList<PackedRow> Rows { get; }

    /// <summary>How many questions there are.</summary>
    internal int Questions { get; }

    internal Tensor PrefixIds { get; }                                                    // (B, P)

    internal Tensor TextIds { get; }                                                      // (B, S)

    /// <summary>The token ids between images, (B, L) each.</summary>
    internal IReadOnlyList<Tensor> Between { get; }

    /// <summary>How the visual tokens of each row's images lie.</summary>
    internal IReadOnlyList<VisualLayout> Layouts { get; }                                 // (m)

    internal Tensor PrefixPositions { get; }                                              // (B, P)

    internal Tensor TextPositions { get; }                                                // (B, S)

    /// <summary>Where each row's first image begins: the position of its first visual token.</summary>
    internal Tensor PrefixLengths { get; }                                                // (B, 1)

    /// <summary>Which text tokens are no padding.</summary>
    internal Tensor IsText { get; }                                                       // (B, S), bool

    /// <summary>The text tokens that predict an answer's tokens, as indices into B·S.</summary>
    internal Tensor AnswerRows { get; }                                                   // (A)

    /// <summary>What they should predict.</summary>
    internal Tensor Answers { get; }                                                      // (A)

    /// <summary>Which question each of them belongs to.</summary>
    internal IReadOnlyList<long> AnswerQuestions { get; }                                 // (A)

    /// <summary>The kind of each question.</summary>
    internal IReadOnlyList<int> Families { get; }                                         // (Q)

    /// <summary>Whether no two questions share a row.</summary>
    internal bool OneQuestionEach { get; }

    /// <summary>The last instruction token of each question, as an index into its row's text.</summary>
    internal Tensor InstructionEnds { get; }                                              // (Q)

    /// <summary>Which text tokens are the instruction's, (B, S), bool. One question a row.</summary>
    internal Tensor Asked => Scalars.Arange(TextIds.size(1), TextIds.device).unsqueeze(0).le(InstructionEnds.unsqueeze(1));

    /// <summary>
    /// The instruction that scores compare with: the mean of its tokens' embeddings, each of length 1, (B, d). One question a row.
    /// </summary>
    /// <param name="text">Embeddings of the text, (B, S, d).</param>
    internal Tensor Instruction(Tensor text)
    {
        using var scope = NewDisposeScope();
        return InstructionMean.Of(text, Asked).MoveToOuterDisposeScope();
    }

    /// <summary>The positions of a sequence whose visual tokens are those of the given patches.</summary>
    /// <param name="patches">Original indices of the visual tokens of each image, (B, n).</param>
    /// <returns>(B, T), or (axes, B, T) where a position is several numbers.</returns>
    internal Tensor Positions(IReadOnlyList<Tensor> patches)
    {
        var positions = new List<Tensor> { OnAllAxes(PrefixPositions) };
        var before = 0L;
        for (var i = 0; i < patches.Count; i++)
        {
            if (i > 0)
            {
                positions.Add(OnAllAxes(
                    Scalars.Arange(Between[i - 1].size(1), PrefixLengths.device).Add(before).unsqueeze(0).Add(PrefixLengths)));
                before += Between[i - 1].size(1);
            }
            var places = offsets is null ? patches[i]
                : offsets[i].index_select(1, patches[i].flatten()).view([axes, .. patches[i].shape]);
            positions.Add(before == 0 ? places.Add(PrefixLengths) : places.Add(PrefixLengths).Add(before));
            before += advances[i];
        }
        return cat([.. positions, OnAllAxes(TextPositions)], -1);
    }

    private Tensor OnAllAxes(Tensor positions) =>                                         // (B, L) to (axes, B, L)
        offsets is null ? positions : positions.unsqueeze(0).expand(axes, -1, -1);

    /// <summary>Who may see whom, as an additive bias of 0 and −∞, (B, 1, T, T).</summary>
    /// <param name="images">Tokens of the images, and of what stands between them.</param>
    /// <param name="dtype">The type of the bias.</param>
    internal Tensor Visibility(long images, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var image = Scalars.Full(Shared, [PrefixIds.size(0), images], ScalarType.Int64, PrefixIds.device);
        var segments = cat([prefixSegments, image, textSegments], 1);                   // (B, T)
        var order = Scalars.Arange(segments.size(1), segments.device);
        var earlier = order.unsqueeze(1).ge(order.unsqueeze(0));                          // (T, T)
        var same = segments.unsqueeze(2).eq(segments.unsqueeze(1)).logical_or(segments.Eq(Shared).unsqueeze(1));
        var hidden = same.logical_and(earlier).logical_not().unsqueeze(1);                // (B, 1, T, T)
        return zeros(hidden.shape, dtype, hidden.device).MaskedFill(hidden, double.NegativeInfinity).MoveToOuterDisposeScope();
    }
}
