// Times llama.cpp, by LLamaSharp, on what it is told line by line. Started by the benchmark `peers`.
//   LlamaCppPeer MODEL.gguf THREADS
//   prefill N     -> seconds from N token ids to the logits behind the last
//   decode N M    -> seconds of M further tokens, one by one, behind N
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using LLama;
using LLama.Common;
using LLama.Native;

const int MostTokens = 2048;
NativeLibraryConfig.All.WithLogCallback((_, _) => { });
var parameters = new ModelParams(args[0])
{
    ContextSize = MostTokens,
    BatchSize = MostTokens,
    UBatchSize = MostTokens,
    Threads = int.Parse(args[1], CultureInfo.InvariantCulture),
    BatchThreads = int.Parse(args[1], CultureInfo.InvariantCulture),
    GpuLayerCount = 0,
};
using var weights = LLamaWeights.LoadFromFile(parameters);
using var context = weights.CreateContext(parameters);
Console.WriteLine("ready " + Marshal.PtrToStringUTF8(NativeApi.llama_print_system_info()));
while (Console.ReadLine() is { } line)
{
    int[] numbers = [.. line.Split(' ').Skip(1).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
    context.NativeHandle.MemoryClear();
    var start = Stopwatch.GetTimestamp();
    Decode(numbers[0], 0);
    if (line.StartsWith("decode", StringComparison.Ordinal))
    {
        start = Stopwatch.GetTimestamp();
        for (var i = 0; i < numbers[1]; i++)
            Decode(1, numbers[0] + i);
    }
    Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
}

void Decode(int count, int position)
{
    var batch = new LLamaBatch();
    for (var i = 0; i < count; i++)
        batch.Add(3 + (position + i) % 1000, position + i, LLamaSeqId.Zero, logits: i == count - 1);
    if (context.Decode(batch) != DecodeResult.Ok)
        throw new InvalidOperationException("llama.cpp has not decoded.");
    context.NativeHandle.Synchronize();
    _ = context.NativeHandle.GetLogitsIth(count - 1)[0];
}
