package sdk

import (
	"context"

	"passerelle/plugins/protocol"
)

func (s *server) Check(ctx context.Context, request *protocol.CheckRequest) (*protocol.CheckResponse, error) {
	response := &protocol.CheckResponse{}
	err := guarded("checking a connection", func() error {
		c, ctx, leave, err := s.enter(ctx, request.GetHandle())
		if err != nil {
			return err
		}
		defer leave()
		checker, ok := c.connection.(Checker)
		if !ok {
			return notSupported("checking a connection")
		}
		response.Findings, err = checker.Check(ctx, request.GetResources())
		return err
	})
	response.Diagnostics = diagnostics(err)
	return response, nil
}

func (s *server) Discover(ctx context.Context, request *protocol.DiscoverRequest) (*protocol.DiscoverResponse, error) {
	response := &protocol.DiscoverResponse{}
	err := guarded("discovering custom fields", func() error {
		c, ctx, leave, err := s.enter(ctx, request.GetHandle())
		if err != nil {
			return err
		}
		defer leave()
		discoverer, ok := c.connection.(Discoverer)
		if !ok {
			return notSupported("discovering custom fields")
		}
		response.Fields, err = discoverer.Discover(ctx, request.GetResource())
		return err
	})
	response.Diagnostics = diagnostics(err)
	return response, nil
}
