using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Tests.Evaluation.Benchmarks;

public class VqaAnswerTextTests
{
    private const string Marks = ";/[]\"{}()=+\\_-><@`!";

    [Theory]
    [InlineData("The Two Dogs!", "2 dogs")]
    [InlineData("it's 3.14, isnt it?", "it 's 3.14 isn't it")]
    [InlineData("1,000", "1000")]
    [InlineData("red/blue", "red blue")]
    [InlineData("red / blue", "red blue")]
    [InlineData("dr. who.", "dr who")]
    [InlineData("dont couldntve", "don't couldn't've")]
    [InlineData("none", "0")]
    [InlineData("  a  ", "")]
    [InlineData("two\nlines\tand more", "2 lines and more")]
    [InlineData("what?ever,else", "whateverelse")]
    public void Answers_are_made_comparable_as_the_VQA_challenge_does(string answer, string expected) =>
        Assert.Equal(expected, VqaAnswerText.Normalise(answer));

    [Theory]
    [InlineData("a dog", "dog")]
    [InlineData("an owl", "owl")]
    [InlineData("the cat", "cat")]
    [InlineData("theatre another ant", "theatre another ant")]
    public void Articles_are_left_out(string answer, string expected) => Assert.Equal(expected, VqaAnswerText.Normalise(answer));

    [Theory]
    [InlineData("zero one two three", "0 1 2 3")]
    [InlineData("four five six seven", "4 5 6 7")]
    [InlineData("eight nine ten", "8 9 10")]
    [InlineData("Ten dogs, none black", "10 dogs 0 black")]
    [InlineData("eleven someone", "eleven someone")]
    public void Number_words_to_ten_are_digits(string answer, string expected) => Assert.Equal(expected, VqaAnswerText.Normalise(answer));

    [Theory]
    [InlineData("aint", "ain't")]
    [InlineData("im", "i'm")]
    [InlineData("oclock", "o'clock")]
    [InlineData("someonedve", "someone'd've")]
    [InlineData("thats", "that's")]
    [InlineData("theyre", "they're")]
    [InlineData("twas", "'twas")]
    [InlineData("whove", "who've")]
    [InlineData("youll", "you'll")]
    [InlineData("couldn'tve", "couldn't've")]
    [InlineData("couldnt've", "couldn't've")]
    [InlineData("couldn't've", "couldn't've")]
    public void A_contraction_gets_its_apostrophes(string answer, string expected) =>
        Assert.Equal(expected, VqaAnswerText.Normalise(answer));

    [Fact]
    public void A_word_that_is_another_one_without_its_apostrophe_stays() =>
        Assert.Equal("its well were ill shed", VqaAnswerText.Normalise("its well were ill shed"));

    [Fact]
    public void A_mark_between_letters_parts_them_and_one_beside_a_space_vanishes() =>
        Assert.All(Marks, mark => Assert.Equal(("x y", "x y", "x y"),
            (VqaAnswerText.Normalise($"x{mark}y"), VqaAnswerText.Normalise($"x {mark}y"), VqaAnswerText.Normalise($"x{mark} y"))));

    // As published: where a mark stands beside a space anywhere in the answer, it parts no letters of it.
    [Theory]
    [InlineData("wi-fi router", "wi fi router")]
    [InlineData("wi-fi- router", "wifi router")]
    [InlineData("wi-fi -router", "wifi router")]
    [InlineData("wi-fi - and/or", "wifi and or")]
    public void Each_mark_is_treated_alike_in_the_whole_answer(string answer, string expected) =>
        Assert.Equal(expected, VqaAnswerText.Normalise(answer));
}
