using System.Runtime.CompilerServices;
using EosMLNet.LibTorch;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public sealed class ProductThreadsTests
{
    public ProductThreadsTests() => TorchRuntime.EnsureLoaded();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Each_part_is_done_once(int parts)
    {
        for (var turn = 0; turn < 200; turn++)
        {
            var done = new int[parts];
            ProductThreads.Run(parts, part => Interlocked.Increment(ref done[part]));
            Assert.All(done, times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void Those_who_find_the_helpers_busy_do_their_work_alone()
    {
        var sums = new long[8];
        Parallel.For(0, sums.Length, caller =>
        {
            for (var turn = 0; turn < 500; turn++)
                ProductThreads.Run(20, part => Interlocked.Add(ref sums[caller], part));
        });
        Assert.All(sums, sum => Assert.Equal(500 * 190, sum));
    }

    [Fact]
    public void Helpers_that_sleep_are_woken()
    {
        if (get_num_threads() == 1)
            return; // then there are none
        var helped = false;
        for (var turn = 0; turn < 100 && !helped; turn++)
        {
            Thread.Sleep(5);
            var self = Environment.CurrentManagedThreadId;
            ProductThreads.Run(200, _ =>
            {
                Thread.SpinWait(2000);
                if (Environment.CurrentManagedThreadId != self)
                    Volatile.Write(ref helped, true);
            });
        }
        Assert.True(helped);
    }

    [Fact]
    public void Nothing_is_kept_of_work_that_is_done()
    {
        var reference = Run();
        GC.Collect();
        Assert.False(reference.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Run()
        {
            var numbers = new int[64];
            ProductThreads.Run(64, part => numbers[part] = part);
            return new WeakReference(numbers);
        }
    }
}
