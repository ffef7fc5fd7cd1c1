"""Makes tests/golden/recurrent: what torch.nn.LSTM and torch.nn.GRU compute on packed sequences of unequal length, with
the gradients of inputs and weights, in double precision from weights that are exact in float32.

    python tests/reference/recurrent.py tests/golden/recurrent
"""

import pathlib
import sys

import torch
from safetensors.torch import save_file
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

LENGTHS = [3, 1, 5, 2, 5]
INPUTS = 6
CASES = [
    ("lstm", torch.nn.LSTM, 4, 1, False),
    ("bilstm", torch.nn.LSTM, 4, 1, True),
    ("bilstm2", torch.nn.LSTM, 3, 2, True),
    ("gru", torch.nn.GRU, 4, 1, False),
    ("bigru", torch.nn.GRU, 4, 1, True),
    ("gru2", torch.nn.GRU, 5, 2, False),
]


def main():
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for seed, (name, kind, hidden, layers, both) in enumerate(CASES):
        torch.manual_seed(seed)
        network = kind(INPUTS, hidden, num_layers=layers, bidirectional=both, batch_first=True).double()
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.copy_((parameter * 2).float())
        packed = torch.randn(sum(LENGTHS), INPUTS).float().double().requires_grad_()
        padded = torch.nn.utils.rnn.pad_sequence(packed.split(LENGTHS), batch_first=True)
        steps = pack_padded_sequence(padded, LENGTHS, batch_first=True, enforce_sorted=False)
        outputs, state = network(steps)
        outputs, _ = pad_packed_sequence(outputs, batch_first=True)
        rows = torch.cat([outputs[b, :length] for b, length in enumerate(LENGTHS)])
        final = state[0] if kind is torch.nn.LSTM else state
        directions = 2 if both else 1
        last = torch.cat(list(final[-directions:]), dim=1)
        weights = torch.randn(rows.shape).float().double()
        final_weights = torch.randn(last.shape).float().double()
        ((rows * weights).sum() + (last * final_weights).sum()).backward()
        arrays = {
            "starts": torch.tensor([0] + LENGTHS).cumsum(0).double(),
            "input": packed.detach(),
            "output": rows.detach(),
            "final": last.detach(),
            "output_weights": weights,
            "final_weights": final_weights,
            "grad.input": packed.grad,
        }
        for parameter, value in network.named_parameters():
            arrays[parameter] = value.detach()
            arrays["grad." + parameter] = value.grad
        save_file({key: value.contiguous() for key, value in arrays.items()}, target / f"{name}.safetensors")


main()
