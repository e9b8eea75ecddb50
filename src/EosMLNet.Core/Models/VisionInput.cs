using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>Images as a model's encoder takes them.</summary>
/// <param name="PixelValues">Normalised pixels of all images, one behind the other: (parts of all images, 3, H, W), or a
/// row for each patch, (parts of all images, values).</param>
/// <param name="Images">The images, in the order of their pixels.</param>
public sealed record VisionInput(Tensor PixelValues, IReadOnlyList<ImageShape> Images)
{
    /// <summary>Images of one part each.</summary>
    /// <param name="pixelValues">(I, 3, H, W).</param>
    public static VisionInput Of(Tensor pixelValues) =>
        new(pixelValues, [.. Enumerable.Repeat(new ImageShape(1), (int)pixelValues.shape[0])]);

    /// <summary>Images and videos that came apart, in the order of their placeholders in prompts.</summary>
    /// <param name="kinds">What <see cref="VisionLanguageModel.ReadInputs"/> gave.</param>
    /// <param name="prompts">Token ids of each prompt. A placeholder is one token, or one for each visual token.</param>
    /// <param name="model">The model that they are for.</param>
    /// <returns>Null where there are none.</returns>
    /// <exception cref="EosException">EOS1015: the prompts hold more placeholders than there are images or videos.</exception>
    public static VisionInput? InOrder(
        IReadOnlyList<(int TokenId, VisionInput Input)> kinds, IReadOnlyList<int[]> prompts, VisionLanguageModel model)
    {
        if (kinds.Count <= 1)
            return kinds.Select(kind => kind.Input).FirstOrDefault();
        var stretches = kinds.ToDictionary(kind => kind.TokenId,
            kind => kind.Input.Images.Select(image => model.Shape.Stretches(model.LayoutOf(image))).ToArray());
        var placeholders = prompts.Sum(prompt => prompt.Count(stretches.ContainsKey));
        var each = placeholders == stretches.Values.Sum(images => images.Sum(image => image.Count));
        var next = kinds.ToDictionary(kind => kind.TokenId, _ => (Image: 0, Part: 0, Stretch: 0));
        var (pixels, shapes) = (new List<Tensor>(), new List<ImageShape>());
        foreach (var prompt in prompts)
        {
            for (var i = 0; i < prompt.Length; i++)
            {
                if (!next.TryGetValue(prompt[i], out var at))
                    continue;
                var (token, input) = kinds.First(kind => kind.TokenId == prompt[i]);
                if (at.Image == input.Images.Count)
                {
                    throw new EosException(EosErrors.ModelInput,
                        $"The inputs do not fit: input_ids hold more placeholders {token} than the {input.Images.Count} images or videos " +
                        "that were given.");
                }
                var shape = input.Images[at.Image];
                if (at.Stretch == 0)
                {
                    pixels.Add(input.PixelValues.narrow(0, at.Part, shape.Parts));
                    shapes.Add(shape);
                }
                var counts = stretches[token][at.Image];
                i += each ? 0 : counts[at.Stretch] - 1;
                next[token] = at.Stretch + 1 < counts.Count ? at with { Stretch = at.Stretch + 1 }
                    : (at.Image + 1, at.Part + shape.Parts, 0);
            }
        }
        return new VisionInput(cat(pixels), shapes);
    }
}
