using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// What the models of the Qwen-VL families have in common: images and videos of any size, a visual token for each square of patches, and
/// positions in time, row and column.
/// </summary>
public abstract class QwenVlModel : VisionLanguageModel
{
    private readonly QwenVlConfig config;
    private readonly QwenTower tower;

    /// <summary>Builds the model from weights that <paramref name="weight"/> gives; the model owns them from then on.</summary>
    /// <param name="config">Shape of the model.</param>
    /// <param name="weight">Gives each weight by canonical name and shape. All of one type and on one device.</param>
    /// <param name="processor">Tokenizer and image preprocessing, if any.</param>
    private protected QwenVlModel(QwenVlConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor)
        : base(config, weight, processor)
    {
        this.config = config;
        tower = new QwenTower(config.Vision, name => Weights[name]);
    }

    private int VideoTokenId => config.VideoTokenIndex!.Value; // its default is a number

    /// <inheritdoc/>
    public override IReadOnlyList<(int TokenId, VisionInput Input)> ReadInputs(Func<string, Tensor?> tensor) =>
    [
        .. Read("pixel_values", "image_grid_thw", ImageTokenId, isVideo: false, tensor),
        .. Read("pixel_values_videos", "video_grid_thw", VideoTokenId, isVideo: true, tensor),
    ];

    private IEnumerable<(int, VisionInput)> Read(string pixels, string grids, int token, bool isVideo, Func<string, Tensor?> tensor)
    {
        if (tensor(pixels) is not { } rows)
            yield break;
        if (rows.shape is not [var count, var values] || values != config.Vision.PatchValues)
            throw Unfit($"{pixels} is {string.Join(" x ", rows.shape)}; expected patches x {config.Vision.PatchValues}");
        if (tensor(grids) is not { } numbers || numbers.shape is not [var images, 3])
            throw Unfit($"{grids} is {(tensor(grids) is { } other ? string.Join(" x ", other.shape) : "missing")}; " +
                "expected images x 3: steps in time, rows and columns of patches");
        var sizes = numbers.to_type(ScalarType.Int64).cpu().data<long>().ToArray().Chunk(3).ToArray();
        var seconds = isVideo ? Seconds(tensor("second_per_grid_ts"), sizes.Length) : new double[sizes.Length];
        var shapes = sizes.Select((size, i) => ShapeOf(grids, i, size, isVideo, seconds[i])).ToArray();
        if (shapes.Sum(shape => (long)shape.Parts) is var expected && expected != count)
            throw Unfit($"{pixels} has {count} patches, but {grids} asks for {expected}");
        yield return (token, new VisionInput(rows, shapes));
    }

    private double[] Seconds(Tensor? given, int videos)
    {
        if (given is null || config.UsualSecondsPerStep == 0)
            return [.. Enumerable.Repeat(config.UsualSecondsPerStep, videos)];
        double[] seconds = [.. given.to_type(ScalarType.Float64).cpu().flatten().data<double>()];
        return seconds.Length == videos && seconds.All(s => s is >= 0 and < 1e6) ? seconds
            : throw Unfit($"second_per_grid_ts is [{string.Join(", ", seconds)}]; expected {videos} numbers of seconds, one a video");
    }

    private ImageShape ShapeOf(string name, int image, long[] size, bool isVideo, double seconds)
    {
        const int Most = 1 << 15;
        var merge = config.Vision.MergeSize;
        if (size.Any(side => side is < 1 or > Most) || size[1] % merge != 0 || size[2] % merge != 0)
            throw Unfit($"{name} of image {image} is {string.Join(" x ", size)}; expected 1 or more steps, and rows and columns that are " +
                $"multiples of {merge}, the side of a visual token in patches");
        if (size[0] * size[1] * size[2] is var parts && parts > int.MaxValue)
            throw Unfit($"{name} of image {image} is {string.Join(" x ", size)}, {parts} patches; expected at most {int.MaxValue}");
        return new ImageShape((int)parts, (int)size[1] * config.Vision.PatchSize, (int)size[2] * config.Vision.PatchSize, isVideo, seconds);
    }

    /// <inheritdoc/>
    public override VisionOutput EncodeImages(
        VisionInput images, Action<string, Tensor>? tap = null, ReductionPlan? plan = null, bool clsAttention = true)
    {
        if (plan is { ActsInEncoder: true })
        {
            throw new EosException(EosErrors.PlanMismatch,
                $"The plan has a site in the vision encoder, where {Family} has images of any size side by side; expected sites in the " +
                "decoder only. Use a plan without stage tower or projector.");
        }
        var parts = images.Images.Sum(image => (long)image.Parts);
        if (images.PixelValues.shape is not [var given, var values] || values != config.Vision.PatchValues || given != parts)
        {
            throw new EosException(EosErrors.ModelInput,
                $"The pixels have the shape [{string.Join(", ", images.PixelValues.shape)}]; " +
                $"expected [{parts}, {config.Vision.PatchValues}], a row for each patch.");
        }
        using var scope = NewDisposeScope();
        var (tokens, attention, planes) =
            tower.Run(images.PixelValues.to(Device), [.. images.Images.Select(config.GridOf)], clsAttention, tap);
        VisualLayout[] layouts = [.. images.Images.Select(LayoutOf)];
        return new VisionOutput(tokens, attention, null, null, layouts, [.. layouts.Select(layout => layout.Count)]) { Planes = planes }
            .MoveToOuterDisposeScope();
    }
}
