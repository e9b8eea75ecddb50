using System.Runtime.CompilerServices;
using EosMLNet.Onnx;
using EosMLNet.Onnx.Sessions;

namespace EosMLNet.Tests.Onnx.Sessions;

public class FlushedDenormalsTests
{
    [Fact]
    public void Denormal_numbers_are_zero_while_it_lives_and_numbers_again_behind_it()
    {
        Assert.True(HasDenormals());
        using (new FlushedDenormals())
        {
            Assert.Equal(!FlushedDenormals.IsSupported, HasDenormals());
            using (new FlushedDenormals())
                Assert.Equal(!FlushedDenormals.IsSupported, HasDenormals());
            Assert.Equal(!FlushedDenormals.IsSupported, HasDenormals()); // as it was before the inner one
        }
        Assert.True(HasDenormals());
    }

    [Fact]
    public void Neither_loading_nor_answering_changes_the_thread_that_asks()
    {
        var (folder, has) = (GoldenFiles.At("tiny-llava"), new List<bool>());
        var thread = new Thread(() =>
        {
            using var model = OnnxModel.Load(folder);
            has.Add(HasDenormals());
            model.GenerateEncoded([([1, 5, 6], [])], 2);
            has.Add(HasDenormals());
        });
        thread.Start();
        thread.Join();
        Assert.Equal([true, true], has);
    }

    // Half of the smallest normal number.
    private static bool HasDenormals() => Half(1.17549435e-38f) > 0;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static float Half(float number) => number * 0.5f;
}
