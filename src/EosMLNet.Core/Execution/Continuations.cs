using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Execution;

/// <summary>
/// Texts that go on after prompts which were run before, several after one prompt if wanted: questions about one image, say.
/// Left-padded; its tensors are in the caller's dispose scope.
/// </summary>
internal sealed class Continuations
{
    private readonly Tensor valid;      // (B, q) bool
    private readonly Tensor own;        // (B, q, q): what a token sees of its own text
    private readonly ScalarType dtype;

    /// <param name="model">The model.</param>
    /// <param name="rows">The prompt that each text goes on after, and its token ids.</param>
    /// <param name="promptLengths">Tokens of each prompt, unreduced.</param>
    /// <param name="next">The position of the token behind each prompt, (P, 1).</param>
    internal Continuations(
        VisionLanguageModel model, IReadOnlyList<(int Prompt, int[] Ids)> rows, IReadOnlyList<int> promptLengths, Tensor next)
    {
        int length = rows.Max(row => row.Ids.Length);
        var (ids, positions, present) = (new long[rows.Count * length], new long[rows.Count * length], new bool[rows.Count * length]);
        for (var row = 0; row < rows.Count; row++)
        {
            var (offset, before) = ((row + 1) * length - rows[row].Ids.Length, promptLengths[rows[row].Prompt]);
            if (before + rows[row].Ids.Length > model.MaxPositions)
                throw new EosException(EosErrors.ModelInput,
                    $"The prompt in row {row} of the batch has {before + rows[row].Ids.Length} tokens, but the model was made for " +
                    $"{model.MaxPositions}; shorten the question.");
            for (var i = 0; i < rows[row].Ids.Length; i++)
                (ids[offset + i], positions[offset + i], present[offset + i]) = (rows[row].Ids[i], i, true);
        }
        dtype = model.DataType;
        Ids = tensor(ids, [rows.Count, length]).Upload(model.Device);
        Prompts = tensor(rows.Select(row => (long)row.Prompt).ToArray()).Upload(model.Device);
        var first = next.index_select(0, Prompts);                                        // (B, 1)
        Positions = first.Add(tensor(positions, [rows.Count, length]).Upload(model.Device));
        NextPosition = first.Add(tensor(rows.Select(row => (long)row.Ids.Length).ToArray(), [rows.Count, 1]).Upload(model.Device));
        valid = tensor(present, [rows.Count, length]).Upload(model.Device);
        var later = ones(length, length, ScalarType.Bool, model.Device).triu(1);
        // Padding sees itself: a row of nothing but minus infinities would not be a number.
        var self = eye(length, dtype: ScalarType.Bool, device: model.Device).logical_and(valid.logical_not().unsqueeze(1));
        own = OwnKeys().unsqueeze(1).expand(-1, length, -1).MaskedFill(later, double.NegativeInfinity).MaskedFill(self, 0);
    }

    /// <summary>Token ids, int64, (B, q); 0 at padding.</summary>
    internal Tensor Ids { get; }

    /// <summary>The prompt each row goes on after, int64, (B).</summary>
    internal Tensor Prompts { get; }

    /// <summary>Rotary positions, int64, (B, q): behind the whole prompt, also where it was reduced.</summary>
    internal Tensor Positions { get; }

    /// <summary>The position of the token that follows each row, int64, (B, 1).</summary>
    internal Tensor NextPosition { get; }

    /// <summary>What each key, of prompt and text, adds to attention logits: (B, T + q).</summary>
    /// <param name="prompts">The same of the prompts' keys, (P, T); null where they add nothing.</param>
    /// <param name="promptLength">T.</param>
    internal Tensor KeyBias(Tensor? prompts, long promptLength) => cat([OfPrompts(prompts, promptLength), OwnKeys()], dim: 1);

    /// <summary>What each query adds at each key: (B, 1, q, T + q).</summary>
    /// <inheritdoc cref="KeyBias"/>
    internal Tensor Bias(Tensor? prompts, long promptLength) =>
        cat([OfPrompts(prompts, promptLength).unsqueeze(1).expand(-1, own.shape[1], -1), own], dim: 2).unsqueeze(1);

    private Tensor OfPrompts(Tensor? prompts, long promptLength) =>
        prompts?.index_select(0, Prompts) ?? zeros(Prompts.shape[0], promptLength, dtype, Prompts.device);

    private Tensor OwnKeys() => zeros_like(valid, dtype).MaskedFill(valid.logical_not(), double.NegativeInfinity);
}
