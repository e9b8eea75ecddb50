namespace EosMLNet.Tests.Prompts;

public sealed class PromptChoiceTests
{
    private const string Marks = "one <image> and one {question} in it, and at most one {system}";

    [Theory]
    [InlineData(null, null)]
    [InlineData(null, "Be brief.")]
    [InlineData("<image>{question}", null)]
    [InlineData("{question}{system}<image>", null)]
    [InlineData("{question}{system}<image>", "Be brief.")]
    public void A_template_has_one_place_for_images_and_one_for_the_question(string? template, string? system)
    {
        var choice = new PromptChoice(template, system);
        Assert.Null(choice.Fault);
        choice.Check();
    }

    [Theory]
    [InlineData(null, "", "SystemText", "", "a text, or nothing for the model's own")]
    [InlineData("{question}{system}<image>", " ", "SystemText", " ", "a text, or nothing for the model's own")]
    [InlineData("{question}", null, "PromptTemplate", "{question}", Marks)]
    [InlineData("<image>", null, "PromptTemplate", "<image>", Marks)]
    [InlineData("<image>{question}{question}", null, "PromptTemplate", "<image>{question}{question}", Marks)]
    [InlineData("{system}{system}<image>{question}", "a", "PromptTemplate", "{system}{system}<image>{question}", Marks)]
    [InlineData("<image>{question}", "a", "PromptTemplate", "<image>{question}",
        "a {system} in it, the place of the system text that was given")]
    public void What_is_wrong_is_told(string? template, string? system, string name, string value, string expected)
    {
        var choice = new PromptChoice(template, system);
        Assert.Equal((name, value, expected), choice.Fault);
        Assert.Equal(
            $"EOS1013: {name} is '{value}'; expected {expected}.", Assert.Throws<EosException>(choice.Check).Message);
    }
}
