using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tool.Forward;

/// <summary>What <c>eos forward</c> reads: token ids with their mask, and what transformers' <c>forward</c> takes for images.</summary>
/// <param name="Prompts">The unpadded ids of each row.</param>
/// <param name="Images">The images and videos, in the order of their placeholders; null without any.</param>
internal sealed record ForwardInputs(IReadOnlyList<int[]> Prompts, VisionInput? Images)
{
    /// <summary>
    /// Reads <c>input_ids</c> (B, T), <c>attention_mask</c> (B, T; all ones if absent) and the tensors of images that the model's family
    /// asks for, such as <c>pixel_values</c>.
    /// </summary>
    /// <exception cref="EosException">EOS1001-1006: the file. EOS1015: a tensor has another shape or type than expected.</exception>
    internal static ForwardInputs Read(string path, VisionLanguageModel model)
    {
        using var file = SafetensorsFile.Open(path);
        var ids = Integers(file, "input_ids");
        var mask = file.Entries.ContainsKey("attention_mask") ? Integers(file, "attention_mask") : null;
        if (mask is not null && (mask.GetLength(0), mask.GetLength(1)) != (ids.GetLength(0), ids.GetLength(1)))
            throw Unfit(
                $"attention_mask is {mask.GetLength(0)} x {mask.GetLength(1)}, but input_ids is {ids.GetLength(0)} x {ids.GetLength(1)}");
        var prompts = Enumerable.Range(0, ids.GetLength(0)).Select(row => Row(ids, mask, row)).ToArray();
        return new ForwardInputs(prompts, VisionInput.InOrder(model.ReadInputs(Tensor), prompts, model));

        Tensor? Tensor(string name)
        {
            if (!file.Entries.TryGetValue(name, out var entry))
                return null;
            return is_integral(entry.DataType.Torch()) ? file.Read(name) : file.Read(name, model.DataType, model.Device);
        }
    }

    /// <summary>Encodes the images and lays out the rows; the caller disposes the batch.</summary>
    internal PromptBatch ToBatch(ReducedModel model, Action<string, Tensor> tap)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        var encoded = Images is null ? null : model.Model.EncodeImages(Images, tap, model.Plan);
        return PromptBatch.Create(model.Model, Prompts, encoded); // takes the encoded images out of the scope
    }

    private static long[,] Integers(SafetensorsFile file, string name)
    {
        using var tensor = file.Read(name);
        if (tensor.dim() != 2 || tensor.is_floating_point())
            throw Unfit($"{name} is {tensor.dtype} of {tensor.dim()} dimensions; expected integers, rows x tokens");
        using var wide = tensor.to(ScalarType.Int64);
        return (long[,])wide.data<long>().ToNDArray();
    }

    private static int[] Row(long[,] ids, long[,]? mask, int row) =>
        [.. Enumerable.Range(0, ids.GetLength(1)).Where(column => mask is null || mask[row, column] != 0)
            .Select(column => Id(ids[row, column]))];

    private static int Id(long id) =>
        id is >= 0 and <= int.MaxValue ? (int)id : throw Unfit($"input_ids holds {id}; expected ids of the vocabulary");

    private static EosException Unfit(string found) => new(EosErrors.ModelInput, $"The inputs do not fit: {found}.");
}
