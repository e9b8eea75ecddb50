using EosMLNet.Onnx;

namespace EosMLNet.Tests.GenAi;

/// <summary>A prompt of random words and images of noise: models say different things about them, token by token.</summary>
internal sealed record NoisePrompt(int[] Ids, ImageShape[] Shapes, float[] Pixels)
{
    /// <summary>Makes one.</summary>
    /// <param name="random">Numbers.</param>
    /// <param name="images">How many images it has.</param>
    /// <param name="shape">Of each image.</param>
    /// <param name="valuesPerPart">The numbers of one of an image's parts.</param>
    /// <param name="mark">The ids that stand for an image.</param>
    /// <param name="vocabulary">Words are below it.</param>
    internal static NoisePrompt Of(Random random, int images, ImageShape shape, int valuesPerPart, int[] mark, int vocabulary) => new(
        [.. Enumerable.Range(0, images).SelectMany(_ => (int[])[.. Text(random, vocabulary), .. mark]), .. Text(random, vocabulary)],
        [.. Enumerable.Repeat(shape, images)],
        [.. Enumerable.Range(0, images * shape.Parts * valuesPerPart).Select(_ => 2 * random.NextSingle() - 1)]);

    internal IReadOnlyList<EncodedImage> Encode(GenAiPrompts prompts) => prompts.Encode(Shapes, Pixels, default);

    internal GenAiPrompt Of(GenAiPrompts prompts) => prompts.OfEncoded(Ids, Encode(prompts));

    // With the token that ends answers and fills up rows: chats have it in their midst, and here it begins them too.
    private static int[] Text(Random random, int vocabulary) =>
        [2, random.Next(4, vocabulary), 2, .. Enumerable.Range(0, random.Next(2, 8)).Select(_ => random.Next(4, vocabulary))];
}
