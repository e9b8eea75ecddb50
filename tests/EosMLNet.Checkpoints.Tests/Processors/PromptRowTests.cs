namespace EosMLNet.Tests.Processors;

/// <summary>Prompts and the images that they speak of, on the tiny LLaVA: 16 visual tokens an image, token 299.</summary>
public class PromptRowTests
{
    private const int Image = 299;
    private readonly ModelConfig model = ModelConfig.Load(GoldenFiles.TinyLlava);

    public static TheoryData<string, int[][], int[]> Faults() => new()
    {
        { "hold 1 image tokens, but 2 images of 16 visual tokens each were given; expected 2, one an image, or 32", [[1, Image, 2]], [16, 16] },
        { "hold 3 image tokens, but 2 images", [[1, Image, 2], [Image, 3, Image]], [16, 16] },
        { "hold 0 image tokens, but 1 images", [[1, 2]], [16] },
        { "hold 2 image tokens, but no image was given; give one image for each image token, or for each 16", [[Image, 2, Image]], [] },
        { "hold 3 image tokens, but 2 images were given; expected 2, one an image, or 20", [[Image, Image, Image]], [16, 4] },
        { "row 0 of the batch has 10 image tokens left for an image of 16 visual tokens; " +
            "expected one token an image, or one for each visual token.", [Images(10), Images(22)], [16, 16] },
        { "row 1 of the batch has an image of 16 visual tokens at position 1, but fewer image tokens in a row there",
            [Images(16), [7, .. Images(6), 7, .. Images(10)]], [16, 16] },
        { "row 1 of the batch is empty; give it at least one token", [[1], []], [] },
        { "row 0 of the batch has the token id 320, but the vocabulary has 320 entries", [[1, 320]], [] },
        { "row 0 of the batch has the token id -1, but the vocabulary has 320 entries", [[-1]], [] },
        { "row 1 of the batch has 513 tokens, but the model was made for 512; shorten the question", [[1], [.. Images(16), .. Enumerable.Repeat(1, 497)]], [16] },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Prompts_that_hold_other_images_than_those_given_are_refused(string why, int[][] prompts, int[] counts)
    {
        var fault = Assert.Throws<EosException>(() => PromptRow.Parse(model, prompts, counts));
        Assert.Equal(EosErrors.ModelInput, fault.Code);
        Assert.Contains(why, fault.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_token_an_image_means_the_same_as_one_a_visual_token(bool expanded)
    {
        int[] First(int count) => expanded ? Images(count) : [Image];
        var rows = PromptRow.Parse(model, [[1, .. First(16), 5, .. First(4), 6], [2], [.. First(9), 7, 8]], [16, 4, 9]);
        Assert.Equal([1 + 16 + 1 + 4 + 1, 1, 9 + 2], rows.Select(row => row.Ids.Length));
        Assert.Equal([1, 18], rows[0].Stretches.Select(stretch => stretch.Start));
        Assert.Empty(rows[1].Stretches);
        Assert.Equal([0], rows[2].Stretches.Select(stretch => stretch.Start));
        Assert.Equal([22, 0, 9], rows.Select(row => row.InstructionStart));
    }

    private static int[] Images(int count) => [.. Enumerable.Repeat(Image, count)];
}
