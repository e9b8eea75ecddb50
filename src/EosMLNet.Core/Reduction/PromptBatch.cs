using EosMLNet.Data;
using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Reduction;

/// <summary>
/// A batch of prompts, left-padded, with the vision tower's output for their images. Rows may have different lengths and numbers of images.
/// It owns its tensors, also the vision output it was given.
/// </summary>
public sealed class PromptBatch : IDisposable
{
    private PromptBatch(Tensor ids, Tensor valid, Tensor visualSlots, Tensor imageRows, Tensor instructionStarts, int firstAsked, int[] textLengths, int[] images, VisionOutput? vision)
    {
        Ids = ids;
        Valid = valid;
        VisualSlots = visualSlots;
        ImageRows = imageRows;
        InstructionStarts = instructionStarts;
        FirstAsked = firstAsked;
        TextLengths = textLengths;
        Images = images;
        Vision = vision;
    }

    /// <summary>Token ids, int64, (B, T); 0 in the place of padding and of visual tokens.</summary>
    internal Tensor Ids { get; }

    /// <summary>False at padding, (B, T).</summary>
    internal Tensor Valid { get; }

    /// <summary>Where each image's visual tokens stand in the flattened batch: row · T + position, int64, (I, n).</summary>
    internal Tensor VisualSlots { get; }

    /// <summary>The row of each image, int64, (I).</summary>
    internal Tensor ImageRows { get; }

    /// <summary>Where each row's instruction begins: behind its last image, int64, (B).</summary>
    internal Tensor InstructionStarts { get; }

    /// <summary>The first column in which an instruction's token can stand.</summary>
    internal int FirstAsked { get; }

    /// <summary>Text tokens of each row.</summary>
    internal IReadOnlyList<int> TextLengths { get; }

    /// <summary>Images of each row.</summary>
    internal IReadOnlyList<int> Images { get; }

    /// <summary>The images' visual tokens in order of appearance; null without images.</summary>
    internal VisionOutput? Vision { get; }

    /// <summary>Number of rows.</summary>
    public int Count => TextLengths.Count;

    /// <summary>
    /// Lays out questions about images, in the checkpoint's prompt form. An image that is asked about several times is encoded once.
    /// </summary>
    /// <param name="model">The model the questions are for.</param>
    /// <param name="rows">Images and questions; the image may be missing.</param>
    /// <param name="plan">The plan that the batch will run under; needed where it has sites in the encoder, without effect where it has
    /// none.</param>
    /// <exception cref="EosException">EOS1014: the checkpoint has no tokenizer. EOS1015: a prompt is too long.</exception>
    public static PromptBatch Create(VisionLanguageModel model, IReadOnlyList<(RgbImage? Image, string Question)> rows, ReductionPlan? plan = null)
    {
        var processor = model.Processor ?? throw new EosException(EosErrors.Tokenizer,
            "The model's folder has no tokenizer, so questions cannot be encoded. Copy tokenizer.json or tokenizer.model into it.");
        var prompts = rows.Select(row => processor.EncodePrompt(row.Question, withImage: row.Image is not null)).ToArray();
        var images = rows.Select(row => row.Image).OfType<RgbImage>().ToArray();
        return Create(model, prompts, images.Length == 0 ? null : Encode(model, processor, images, plan));
    }

    /// <summary>Lays out a batch.</summary>
    /// <param name="model">The model the prompts are for.</param>
    /// <param name="prompts">Token ids of each row. An image is the image token once, or once for each visual token.</param>
    /// <param name="vision">The encoded images in order of appearance; null where no row has one. The batch takes ownership.</param>
    /// <exception cref="EosException">EOS1015: the ids do not fit the images or the model.</exception>
    public static PromptBatch Create(VisionLanguageModel model, IReadOnlyList<int[]> prompts, VisionOutput? vision)
    {
        if (prompts.Count == 0)
            throw new EosException(EosErrors.ModelInput, "The batch has no rows; expected at least one prompt.");
        var rows = prompts.Select((ids, row) => PromptRow.Parse(model, ids, row)).ToArray();
        var images = rows.Sum(r => r.ImageStarts.Count);
        if (images != (vision?.Count ?? 0))
            throw new EosException(EosErrors.ModelInput,
                $"The prompts hold {images} images but {vision?.Count ?? 0} were given; give one image for each image token.");

        int length = rows.Max(r => r.Ids.Length), n = model.VisualTokens;
        var ids = new long[rows.Length * length];
        var valid = new bool[ids.Length];
        var slots = new List<long>(images * n);
        var imageRows = new List<long>(images);
        var instructionStarts = new long[rows.Length];
        for (var row = 0; row < rows.Length; row++)
        {
            var offset = (row + 1) * length - rows[row].Ids.Length;
            rows[row].Ids.CopyTo(ids, offset);
            valid.AsSpan(offset, rows[row].Ids.Length).Fill(true);
            instructionStarts[row] = offset - row * length + (rows[row].ImageStarts.Count == 0 ? 0 : rows[row].ImageStarts[^1] + n);
            imageRows.AddRange(Enumerable.Repeat((long)row, rows[row].ImageStarts.Count));
            foreach (var start in rows[row].ImageStarts)
                for (var i = 0; i < n; i++)
                    slots.Add(offset + start + i);
        }
        return new PromptBatch(
            Place(tensor(ids, [rows.Length, length]), model.Device), Place(tensor(valid, [rows.Length, length]), model.Device),
            Place(tensor(slots.ToArray(), [images, n]), model.Device), Place(tensor(imageRows.ToArray()), model.Device), Place(tensor(instructionStarts), model.Device),
            (int)Math.Min(instructionStarts.Min(), length - 1),
            [.. rows.Select(r => r.Ids.Length - r.ImageStarts.Count * n)], [.. rows.Select(r => r.ImageStarts.Count)],
            vision?.Map(x => x.DetachFromDisposeScope()));
    }

    private static VisionOutput Encode(VisionLanguageModel model, VisionLanguageProcessor processor, RgbImage[] images, ReductionPlan? plan)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        var distinct = images.Distinct(ReferenceEqualityComparer.Instance).Cast<RgbImage>().ToList();
        var encoded = model.EncodeImages(processor.Images.Process(distinct), plan: plan);
        if (distinct.Count < images.Length)
            encoded = encoded.Select(tensor(images.Select(p => (long)distinct.IndexOf(p)).ToArray(), device: model.Device));
        return encoded.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ids.Dispose();
        Valid.Dispose();
        VisualSlots.Dispose();
        ImageRows.Dispose();
        InstructionStarts.Dispose();
        Vision?.Dispose();
    }

    private static Tensor Place(Tensor made, Device device)
    {
        var placed = made.to(device);
        if (!ReferenceEquals(placed, made))
            made.Dispose();
        return placed.DetachFromDisposeScope();
    }
}
