using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Execution;

/// <summary>
/// A batch of prompts, left-padded, with the vision tower's output for their images. Rows may have different lengths and numbers of images,
/// and images different numbers of visual tokens; N is the sum of those of all images. It owns its tensors, also the vision output it was
/// given.
/// </summary>
public sealed class PromptBatch : IDisposable
{
    private PromptBatch(VisionLanguageModel model, IReadOnlyList<PromptRow> rows, VisionOutput? vision)
    {
        var length = rows.Max(row => row.Ids.Length);
        var ids = new long[rows.Count * length];
        var valid = new bool[ids.Length];
        var slots = new List<long>();
        var instructionStarts = new long[rows.Count];
        var layouts = Layouts(model, vision);
        var places = new List<ImagePlace>();
        var (image, stretch) = (0, 0);
        for (var row = 0; row < rows.Count; row++)
        {
            var offset = (row + 1) * length - rows[row].Ids.Length;
            rows[row].Ids.CopyTo(ids, offset);
            valid.AsSpan(offset, rows[row].Ids.Length).Fill(true);
            instructionStarts[row] = offset - row * length + rows[row].InstructionStart;
            foreach (var (start, count) in rows[row].Stretches)
            {
                slots.AddRange(Enumerable.Range(offset + start, count).Select(place => (long)place));
                places.Add(new ImagePlace(row, start, layouts[image], stretch));
                if (++stretch == model.Shape.Stretches(layouts[image]).Count)
                    (image, stretch) = (image + 1, 0);
            }
            if (stretch != 0)
                throw new EosException(EosErrors.ModelInput,
                    $"The prompt in row {row} of the batch ends within a video, behind {stretch} of its " +
                    $"{model.Shape.Stretches(layouts[image]).Count} steps; expected all of them in one row.");
        }
        var firsts = places.Where(place => place.Stretch == 0).ToArray();
        using var scope = NewDisposeScope();
        Ids = On(tensor(ids, [rows.Count, length]));
        Valid = On(tensor(valid, [rows.Count, length]));
        VisualSlots = On(tensor(slots.ToArray()));
        ImageRows = On(tensor(firsts.Select(place => (long)place.Row).ToArray()));
        InstructionStarts = On(tensor(instructionStarts));
        FirstAsked = (int)Math.Min(instructionStarts.Min(), length - 1);
        Lengths = [.. rows.Select(row => row.Ids.Length)];
        Images = [.. firsts.Select(place => (place.Row, place.Layout))];
        Places = places;
        Vision = vision?.Map(x => x.DetachFromDisposeScope());

        Tensor On(Tensor made) => made.Upload(model.Device).DetachFromDisposeScope();
    }

    /// <summary>Token ids, int64, (B, T); 0 in the place of padding and of visual tokens.</summary>
    internal Tensor Ids { get; }

    /// <summary>False at padding, (B, T).</summary>
    public Tensor Valid { get; }

    /// <summary>Where the visual tokens stand in the flattened batch, one image behind the other: row · T + position, int64, (N).</summary>
    internal Tensor VisualSlots { get; }

    /// <summary>The row of each image, int64, (I).</summary>
    internal Tensor ImageRows { get; }

    /// <summary>Where each row's instruction begins: behind its last image, int64, (B).</summary>
    internal Tensor InstructionStarts { get; }

    /// <summary>The first column in which an instruction's token can stand.</summary>
    internal int FirstAsked { get; }

    /// <summary>Tokens of each row, the visual ones of its unreduced images among them.</summary>
    internal IReadOnlyList<int> Lengths { get; }

    /// <summary>The row of each image, and how its visual tokens lie before any reduction.</summary>
    internal IReadOnlyList<(int Row, VisualLayout Layout)> Images { get; }

    /// <summary>Where the visual tokens stand, in order of appearance.</summary>
    internal IReadOnlyList<ImagePlace> Places { get; }

    /// <summary>The images' visual tokens in order of appearance; null without images.</summary>
    internal VisionOutput? Vision { get; }

    /// <summary>Visual tokens of each image before any reduction, row by row.</summary>
    public IReadOnlyList<int> VisualTokens => [.. Images.Select(image => image.Layout.Count)];

    /// <summary>Tokens that are text, on average over the rows.</summary>
    public int TextTokens => (Lengths.Sum() - VisualTokens.Sum()) / Count;

    /// <summary>Number of rows.</summary>
    public int Count => Lengths.Count;

#pragma warning disable RS0026 // one image or a list of them: no call fits both
    /// <summary>
    /// Lays out questions about images, in the checkpoint's prompt form. An image that is asked about several times is encoded once.
    /// </summary>
    /// <param name="model">The model the questions are for.</param>
    /// <param name="rows">Images and questions; the image may be missing.</param>
    /// <param name="plan">The plan that the batch will run under; needed where it has sites in the encoder, without effect where it has
    /// none.</param>
    /// <exception cref="EosException">EOS1014: the checkpoint has no tokenizer. EOS1015: a prompt is too long.</exception>
    public static PromptBatch Create(VisionLanguageModel model, IReadOnlyList<(Visual? Image, string Question)> rows,
        ReductionPlan? plan = null) =>
        Create(model, [.. rows.Select(row => (One(row.Image), row.Question))], plan);

    /// <summary>Lays out questions about any number of images and videos each.</summary>
    /// <param name="model">The model the questions are for.</param>
    /// <param name="rows">Images and questions. The images are named in front of the question.</param>
    /// <param name="plan">The plan that the batch will run under; needed where it has sites in the encoder, without effect where it has
    /// none.</param>
    /// <exception cref="EosException">EOS1014: the checkpoint has no tokenizer. EOS1015: a prompt is too long.</exception>
    public static PromptBatch Create(VisionLanguageModel model, IReadOnlyList<(IReadOnlyList<Visual> Images, string Question)> rows,
        ReductionPlan? plan = null)
    {
        var processor = model.Processor ?? throw new EosException(EosErrors.Tokenizer,
            "The model's folder has no tokenizer, so questions cannot be encoded. Copy tokenizer.json or tokenizer.model into it.");
        var prompts = rows.Select(row => processor.EncodePrompt(row.Question, row.Images)).ToArray();
        var images = rows.SelectMany(row => row.Images.Select(image => (image, row.Images.Count))).ToArray();
        return Create(model, prompts, images.Length == 0 ? null : Encode(model, processor, images, plan));
    }
#pragma warning restore RS0026

    /// <summary>Lays out a batch.</summary>
    /// <param name="model">The model the prompts are for.</param>
    /// <param name="prompts">Token ids of each row. An image is the image token once, or once for each visual token; the same way for all
    /// images of a batch.</param>
    /// <param name="vision">The encoded images in order of appearance; null where no row has one. The batch takes ownership.</param>
    /// <exception cref="EosException">EOS1015: the ids do not fit the images or the model.</exception>
    public static PromptBatch Create(VisionLanguageModel model, IReadOnlyList<int[]> prompts, VisionOutput? vision)
    {
        if (prompts.Count == 0)
            throw new EosException(EosErrors.ModelInput, "The batch has no rows; expected at least one prompt.");
        int[] counts = [.. Layouts(model, vision).SelectMany(model.Shape.Stretches)];
        return new PromptBatch(model, PromptRow.Parse(model.Shape, prompts, counts), vision);
    }

    private static VisualLayout[] Layouts(VisionLanguageModel model, VisionOutput? vision) =>
        vision is null ? [] : [.. vision.Layouts.Select(layout => layout ?? model.UsualLayout)];

    private static IReadOnlyList<Visual> One(Visual? image) => image is null ? [] : [image];

    private static VisionOutput Encode(
        VisionLanguageModel model, VisionLanguageProcessor processor, (Visual Image, int InPrompt)[] images, ReductionPlan? plan)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        var distinct = images.Distinct().ToList(); // images are equal when they are the same object
        var encoded = model.EncodeImages(processor.Images.ToInput(distinct), plan: plan,
            clsAttention: plan?.NeedsClsAttention != false);
        if (distinct.Count < images.Length)
            encoded = encoded.Select([.. images.Select(image => distinct.IndexOf(image))]);
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
}
