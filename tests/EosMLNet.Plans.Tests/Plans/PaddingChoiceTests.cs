namespace EosMLNet.Tests.Plans;

/// <summary>How images that are not square are treated under plans (build/docs/adr/0022).</summary>
public sealed class PaddingChoiceTests
{
    private static readonly ReductionPlan Unsearched = ReductionPlan.Identity(PlanModels.Scenes);
    private static readonly ReductionPlan Old = Unsearched with { Provenance = new(1, 10, "sha256:0", "0.1.0", "cpu") };
    private static readonly ReductionPlan Square = Old with { ImagePadding = ImagePadding.Square };
    private static readonly ReductionPlan Crop = Old with { ImagePadding = ImagePadding.Crop };

    [Fact]
    public void Without_a_plan_or_a_wish_images_are_padded()
    {
        Assert.Equal(ImagePadding.Square, PaddingChoice.Of(null).Padding);
        Assert.Equal(ImagePadding.Square, PaddingChoice.Of(null, ("a", Unsearched)).Padding);
        Assert.Empty(PaddingChoice.Of(null, ("a", Unsearched)).Remarks);
    }

    [Fact]
    public void A_plan_is_run_as_it_was_searched()
    {
        Assert.Equal(ImagePadding.Crop, PaddingChoice.Of(null, ("a", Crop), ("b", Unsearched)).Padding);
        Assert.Equal(ImagePadding.Square, PaddingChoice.Of(null, ("a", Square)).Padding);
        Assert.Empty(PaddingChoice.Of(null, ("a", Crop)).Remarks);
    }

    [Fact]
    public void A_searched_plan_that_does_not_say_how_was_searched_by_a_version_that_cropped_and_that_is_said()
    {
        var choice = PaddingChoice.Of(null, ("old.json", Old));
        Assert.Equal(ImagePadding.Crop, choice.Padding);
        Assert.Contains("old.json", Assert.Single(choice.Remarks));
    }

    [Fact]
    public void A_plan_for_images_of_any_size_says_nothing_of_padding_as_none_is_padded()
    {
        var choice = PaddingChoice.Of(null, ("any.json", Old with { ImageSizes = ImageSizes.Of([64, 96]) }));
        Assert.Equal(PaddingChoice.Default, choice.Padding);
        Assert.Empty(choice.Remarks);
    }

    [Fact]
    public void A_wish_against_the_plan_is_followed_and_said()
    {
        var choice = PaddingChoice.Of(ImagePadding.Square, ("a.json", Crop), ("b.json", Square), ("c.json", Unsearched), ("d.json", Old));
        Assert.Equal(ImagePadding.Square, choice.Padding);
        Assert.Equal(2, choice.Remarks.Count);
        Assert.Contains("a.json was searched with ImagePadding Crop, and is run with Square", choice.Remarks[0]);
        Assert.Contains("d.json", choice.Remarks[1]);
    }

    [Fact]
    public void Plans_that_were_searched_differently_are_compared_only_when_somebody_chooses() =>
        Expect.Error(EosErrors.InvalidOption, () => PaddingChoice.Of(null, ("a.json", Crop), ("b.json", Square)), "a.json", "b.json", "--image-padding");

    [Fact]
    public void A_plan_file_says_how_it_was_searched_and_an_old_one_still_reads()
    {
        Assert.Contains("\"imagePadding\": \"square\"", Square.ToJson());
        Assert.Equal(ImagePadding.Square, ReductionPlan.FromJson(Square.ToJson()).ImagePadding);
        Assert.Equal(ImagePadding.Crop, ReductionPlan.FromJson(Crop.ToJson()).ImagePadding);
        Assert.DoesNotContain("imagePadding", Old.ToJson()); // the bytes of before
        Assert.Null(ReductionPlan.FromJson(Old.ToJson()).ImagePadding);
        Assert.Empty(JsonSchema.Published.Errors(System.Text.Json.JsonDocument.Parse(Square.ToJson()).RootElement));
    }

    [Theory]
    [InlineData("\"round\"")]
    [InlineData("0")]
    [InlineData("true")]
    public void A_padding_that_there_is_not_is_refused(string value) =>
        Expect.Error(EosErrors.PlanFile, () => ReductionPlan.FromJson(Square.ToJson().Replace("\"square\"", value)));

    [Fact]
    public void A_padding_that_there_is_not_is_not_written() =>
        Expect.Error(EosErrors.PlanFile, () => (Old with { ImagePadding = (ImagePadding)7 }).Save(Path.Combine(Path.GetTempPath(), "never.json")), "imagePadding");
}
